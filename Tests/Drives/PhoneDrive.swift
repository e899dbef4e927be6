public import Foundation

/// The drive that a phone's receiver and a survey-grade one recorded together: what a gateway hears, and where it truly was.
public struct PhoneDrive: Sendable {
  /// A fix each second.
  public let phone: RecordedDrive
  /// The truth, ten times a second, from the phone's first fix to its last.
  public let truth: [RecordedDrive.Point]

  /// - Parameter seconds: of the drive, from the beginning.
  public init(in folder: URL, seconds: Int = 10_000) throws {
    phone = try RecordedDrive("mtv-phone", in: folder, limit: seconds)
    let all = try RecordedDrive("mtv-phone-truth", in: folder, limit: 100_000)
    let (begin, end) = (phone.points.first?.time ?? 0, phone.points.last?.time ?? 0)
    truth = all.points.filter { $0.time >= begin && $0.time <= end + 1 }
  }

  /// Seconds since 1970.
  public var begin: Double { phone.points.first?.time ?? 0 }

  /// What the phone says of its dilution of precision, nearly always.
  public static let hdop = 0.38

  /// Circles along the drive, not so near its ends that a visit is cut off; the same ones for the same seed.
  public func circles(_ count: Int, using random: inout some RandomNumberGenerator) -> [GrazedCircle] {
    let end = phone.points.last?.time ?? 0
    return GrazedCircle.along(
      truth.filter { $0.time >= begin + 5 && $0.time <= end - 5 }, count: count, using: &random)
  }

  /// Where it truly was at the moments of the phone's fixes: what a receiver without any error would have said.
  public var flawless: RecordedDrive {
    var drive = phone
    var index = 0
    for (number, point) in phone.points.enumerated() {
      while index + 1 < truth.count, truth[index + 1].time <= point.time { index += 1 }
      drive.points[number].place = truth[index].place
    }
    return drive
  }
}

import Config
public import Geo
import Inputs
import Journal
import Model

/// Where a recording says that a vehicle was: the fixes of one receiver that can be believed, in order.
public struct RecordedWay: Sendable, Hashable {
  public struct Fix: Sendable, Hashable {
    /// Since 1970; `nil` where the recording has no times.
    public var milliseconds: Int64?
    public var coordinate: Coordinate
    /// What zones take for its error, metres.
    public var error: Double
  }

  public private(set) var fixes: [Fix] = []
  /// Fixes that were left out: not later than the one before, or farther from it than anybody drives.
  public private(set) var leftOut = 0
  private var doubted: [Fix] = []

  /// 300 km/h, as zones have it; metres per second.
  private static let fastest = 300 / 3.6
  /// So many that contradict the one before and not each other are believed: then it was the one before that was wrong.
  private static let agreeing = 3

  /// Why there is no way.
  public struct Failure: Error, CustomStringConvertible, Sendable {
    public let description: String
  }

  init() {}

  /// Reads a track in any format, or a recording of the box's own.
  /// - Parameter device: Whose fixes of a recording; `nil`: of the first that has one.
  /// - Throws: When the file can't be read, or has no fix.
  public init(path: String, device: String? = nil) throws {
    var name = device
    if RecordingFile.isRecording(path: path) {
      let reader = try RecordingReader(path: path)
      while let item = try reader.next() {
        guard case .observation(let observation) = item, case .position(let device, let position) = observation.content,
          device == name ?? device
        else { continue }
        name = device
        take(position)
      }
    } else {
      let file = try SourceFile.read(path: path, limit: TrackReader.byteLimit)
      for position in try TrackReader.read(file.bytes, file: path, device: device ?? "gps").positions { take(position) }
    }
    guard !fixes.isEmpty else {
      throw Failure(description: "\(path): there is no position \(device.map { "of `\($0)` " } ?? "")in it")
    }
  }

  mutating func take(_ position: Position) {
    guard position.isUsable else { return }
    let fix = Fix(
      milliseconds: position.time?.milliseconds,
      coordinate: Coordinate(latitude: position.latitude, longitude: position.longitude),
      error: position.estimatedError)
    guard let last = fixes.last, !Self.follows(fix, last) else {
      doubted = []
      fixes.append(fix)
      return
    }
    if let before = doubted.last, !Self.follows(fix, before) { doubted = [] }
    doubted.append(fix)
    leftOut += 1
    guard doubted.count == Self.agreeing else { return }
    leftOut -= doubted.count
    fixes += doubted
    doubted = []
  }

  /// Whether a vehicle can have been at the one and then at the other.
  private static func follows(_ fix: Fix, _ before: Fix) -> Bool {
    guard let time = fix.milliseconds, let earlier = before.milliseconds else { return true }
    let (passed, overflow) = time.subtractingReportingOverflow(earlier)
    guard passed > 0, !overflow else { return false }
    return Geodesic.distance(before.coordinate, fix.coordinate) <= fastest * Double(passed) / 1000
  }

  /// The way without its gaps: nobody knows where it led while there was no fix for half a minute and a hundred metres. Without times,
  /// a kilometre without a fix is one.
  public var pieces: [ArraySlice<Fix>] {
    var pieces: [ArraySlice<Fix>] = []
    var begin = 0
    for index in fixes.indices.dropFirst() {
      let (fix, before) = (fixes[index], fixes[index - 1])
      let metres = Geodesic.distance(before.coordinate, fix.coordinate)
      let isGap: Bool
      if let time = fix.milliseconds, let earlier = before.milliseconds {
        isGap = !(0...DrivenTrack.standardGap).contains(time &- earlier) && metres > 100
      } else {
        isGap = metres > 1000
      }
      if isGap {
        pieces.append(fixes[begin..<index])
        begin = index
      }
    }
    return fixes.isEmpty ? [] : pieces + [fixes[begin...]]
  }
}

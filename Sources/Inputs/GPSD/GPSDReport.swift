import CGPS
import Model

/// One line that gpsd sent, understood: what gpsd_json(5) calls a report.
///
/// libgps' `gps_unpack` does the unpacking, with three corrections for what 3.22 gets wrong or doesn't give
/// (docs/adr/0002-gpsd-client.md): it accepts a line that was cut short, it cannot read `"activated":0`, by which gpsd tells
/// that a receiver went away, and it forgets `uSat` where no satellites are listed.
enum GPSDReport: Hashable, Sendable {
  /// TPV: time, position, velocity; `receiver` is the path of the device, where said.
  case fix(GPSDFix)
  /// SKY: horizontal dilution of precision and how many satellites are used.
  case sky(receiver: String, hdop: Double?, satellites: Int?)
  /// GST: the receiver's own statistics of its error, metres, one sigma.
  case noise(receiver: String, latitude: Double, longitude: Double)
  /// DEVICE: a receiver changed. `driver` is empty while gpsd doesn't know yet what it is.
  case receiver(Receiver)
  /// DEVICES: all receivers of this gpsd.
  case receivers([Receiver])
  /// VERSION: it is a gpsd.
  case version
  /// ERROR, as when the device asked for isn't gpsd's.
  case error
  /// A report that a gateway has no use for, or of a class that a newer gpsd has.
  case other
  /// No JSON object, or one cut short.
  case malformed

  struct Receiver: Hashable, Sendable {
    var path: String
    var driver: String
    var isActive: Bool
  }

  /// Reads one line, without its line feed. Bytes of any kind do no harm.
  init(line: some Collection<UInt8>) {
    var bytes = Array(line)
    while let last = bytes.last, last == 13 || last == 32 { bytes.removeLast() }
    // A NUL would end the text for libgps: what follows would be missed in silence.
    guard bytes.first == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "}"), !bytes.contains(0) else {
      self = .malformed
      return
    }
    // Nothing is carried from one line to the next: libgps leaves what a line doesn't say as it was in some of the fields.
    let data = UnsafeMutablePointer<gps_data_t>.allocate(capacity: 1)
    defer { data.deallocate() }
    memset(data, 0, MemoryLayout<gps_data_t>.size)
    var report = waypost_gps_report()
    let name = Self.text(of: #""class":""#, in: bytes)
    let uSat = Self.number(of: #""uSat":"#, in: bytes)
    let isInactive = Self.number(of: #""activated":"#, in: bytes) == 0
    bytes.append(0)
    bytes.withUnsafeMutableBytes { buffer in
      buffer.withMemoryRebound(to: CChar.self) { waypost_gps_unpack($0.baseAddress!, data, &report) }
    }
    switch name {
    case "TPV": self = .fix(GPSDFix(report))
    case "SKY":
      self = .sky(
        receiver: report.deviceText, hdop: report.hdop.positive,
        satellites: [uSat, Int(report.satellites_used)].compactMap(\.self).first { $0 > 0 })
    case "GST" where report.set & waypost_gps_gst != 0:
      self = .noise(
        receiver: report.deviceText, latitude: report.gst_latitude, longitude: report.gst_longitude)
    case "DEVICE":
      self = .receiver(
        Receiver(path: report.deviceText, driver: report.driverText, isActive: !isInactive))
    case "DEVICES":
      self = .receivers(
        (0..<waypost_gps_device_count(data)).map { i in
          Receiver(
            path: String(cString: waypost_gps_device_path(data, i)),
            driver: String(cString: waypost_gps_device_driver(data, i)), isActive: true)
        })
    case "VERSION": self = .version
    case "ERROR": self = .error
    case nil: self = .malformed
    default: self = .other
    }
  }

  /// The text after the first `prefix`, up to the next quotation mark. A quotation mark inside of a JSON text is always escaped,
  /// so a prefix that holds unescaped ones is found at keys only.
  private static func text(of prefix: StaticString, in bytes: [UInt8]) -> String? {
    guard let start = end(of: prefix, in: bytes), let end = bytes[start...].firstIndex(of: UInt8(ascii: "\"")),
      end - start <= 16
    else { return nil }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  private static func number(of prefix: StaticString, in bytes: [UInt8]) -> Int? {
    guard let start = end(of: prefix, in: bytes) else { return nil }
    let digits = bytes[start...].prefix(6).prefix { (48...57).contains($0) }
    guard !digits.isEmpty, digits.count < 6 else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
  }

  private static func end(of prefix: StaticString, in bytes: [UInt8]) -> Int? {
    prefix.withUTF8Buffer { prefix in
      guard bytes.count >= prefix.count else { return nil }
      return (0...(bytes.count - prefix.count)).first { bytes[$0...].starts(with: prefix) }.map { $0 + prefix.count }
    }
  }
}

/// What a TPV says, in the units of the model.
struct GPSDFix: Hashable, Sendable {
  /// The device's path as gpsd has it; empty where not said.
  var receiver: String
  /// 0 not said, 1 no fix, 2 two-dimensional, 3 three-dimensional.
  var mode: Int
  var time: Timestamp?
  var latitude: Double?
  var longitude: Double?
  var altitude: Double?
  var speed: Double?
  var course: Double?
  var eph: Double?

  init(_ report: waypost_gps_report) {
    receiver = report.deviceText
    mode = Int(report.mode)
    // A `time` that cannot be read comes from libgps as one of the year 1899.
    let (milliseconds, overflow) = report.time_seconds.multipliedReportingOverflow(by: 1000)
    time =
      report.time_seconds > 0 && !overflow
      ? Timestamp(milliseconds: milliseconds &+ report.time_nanoseconds / 1_000_000) : nil
    if report.set & waypost_gps_position != 0, report.latitude.isFinite, report.longitude.isFinite {
      latitude = report.latitude
      longitude = report.longitude
    }
    // Until 3.19 there was `alt` alone, above mean sea level; since 3.20 it is "deprecated, undefined".
    altitude =
      report.altitude_msl.finite ?? (report.altitude_ellipsoid.isFinite ? nil : report.altitude_undefined.finite)
    speed = report.speed.finite.flatMap { $0 >= 0 ? $0 : nil }
    course = report.track.finite.flatMap { (0...360).contains($0) ? ($0 == 360 ? 0 : $0) : nil }
    eph = report.eph.positive
  }
}

extension Double {
  fileprivate var finite: Double? { isFinite ? self : nil }
  fileprivate var positive: Double? { isFinite && self > 0 ? self : nil }
}

extension waypost_gps_report {
  fileprivate var deviceText: String { Self.text(device) }
  fileprivate var driverText: String { Self.text(driver) }

  private static func text(_ characters: some Any) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

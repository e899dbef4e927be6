import Config
import Model

/// One line that gpsd sent, understood: what gpsd_json(5) calls a report. What docs/adr/0004-gpsd-client.md says is the reason
/// that libgps doesn't read it.
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
    let bytes = Array(line)
    // Most of what some receivers make gpsd say isn't for us: it needn't be parsed.
    if let name = Self.quickClass(bytes), !Self.classes.contains(name) {
      self = .other
      return
    }
    var findings = Diagnostics(limit: 1)
    let file = SourceFile(path: "gpsd", bytes: bytes)
    guard let object = JSON.parse(file, limits: Self.limits, diagnostics: &findings), let name = object["class"]?.string
    else {
      self = .malformed
      return
    }
    let receiver = object["device"]?.string ?? ""
    switch name {
    case "TPV": self = .fix(GPSDFix(object, receiver: receiver))
    case "SKY":
      let listed = object["satellites"]?.array?.count { $0["used"]?.content == .boolean(true) }
      let used = [object.integer("uSat"), listed].compactMap(\.self).first { $0 > 0 }
      self = .sky(receiver: receiver, hdop: object.number("hdop")?.ifPositive, satellites: used)
    case "GST":
      guard let latitude = object.number("lat"), let longitude = object.number("lon") else {
        self = .other
        return
      }
      self = .noise(receiver: receiver, latitude: latitude, longitude: longitude)
    case "DEVICE": self = .receiver(Receiver(object))
    case "DEVICES": self = .receivers((object["devices"]?.array ?? []).map(Receiver.init))
    case "VERSION": self = .version
    case "ERROR": self = .error
    default: self = .other
    }
  }

  private static let classes: Set<String> = ["TPV", "SKY", "GST", "DEVICE", "DEVICES", "VERSION", "ERROR"]

  private static let limits: JSONLimits = {
    var limits = JSONLimits()
    limits.bytes = LineBuffer.limit
    limits.depth = 8
    limits.nodes = 10_000
    return limits
  }()

  /// The class where it stands first and without spaces, as gpsd writes it.
  private static func quickClass(_ bytes: [UInt8]) -> String? {
    let prefix = Array(#"{"class":""#.utf8)
    guard bytes.starts(with: prefix) else { return nil }
    let name = bytes[prefix.count...].prefix(16).prefix { $0 != UInt8(ascii: "\"") }
    return String(decoding: name, as: UTF8.self)
  }
}

extension GPSDReport.Receiver {
  fileprivate init(_ object: JSONNode) {
    path = object["path"]?.string ?? ""
    driver = object["driver"]?.string ?? ""
    // A time as text while it is active; the number 0 when it went away.
    isActive = object.number("activated") != 0
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

  fileprivate init(_ object: JSONNode, receiver: String) {
    self.receiver = receiver
    mode = object.integer("mode") ?? 0
    time = object["time"]?.string.flatMap { Timestamp(rfc3339: $0) }
    if let latitude = object.number("lat"), let longitude = object.number("lon") {
      self.latitude = latitude
      self.longitude = longitude
    }
    // Until 3.19 there was `alt` alone, above mean sea level; since 3.20 it is "deprecated, undefined".
    altitude = object.number("altMSL") ?? (object["altHAE"] == nil ? object.number("alt") : nil)
    speed = object.number("speed").flatMap { $0 >= 0 ? $0 : nil }
    course = object.number("track").flatMap { (0...360).contains($0) ? ($0 == 360 ? 0 : $0) : nil }
    eph = object.number("eph")?.ifPositive
  }
}

extension JSONNode {
  fileprivate func number(_ name: String) -> Double? {
    guard let number = self[name]?.number, number.isFinite else { return nil }
    return number
  }

  fileprivate func integer(_ name: String) -> Int? { number(name).flatMap { Int(exactly: $0) } }
}

extension Double {
  fileprivate var ifPositive: Double? { self > 0 ? self : nil }
}

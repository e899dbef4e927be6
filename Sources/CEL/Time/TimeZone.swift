import Glibc
import Synchronization

/// How far a place's clock is from UTC, at any time.
enum TimeZone: Sendable {
  /// Seconds east.
  case fixed(Int32)
  case rules(ZoneFile)

  /// Seconds east of UTC that the place's clock shows at `instant`, in seconds since 1970.
  func offset(at instant: Int64) -> Int32 {
    switch self {
    case .fixed(let seconds): seconds
    case .rules(let file): file.offset(at: instant)
    }
  }

  /// `UTC`, `+02:00`, `-07:30`, `02:00` or a name of the system's tz database, `Europe/Zurich` (cel-spec, doc/langdef.md, "Timezones").
  static func named(_ name: String) throws(EvaluationError) -> TimeZone {
    if name == "UTC" || name == "Z" || name.isEmpty { return .fixed(0) }
    if let seconds = fixedOffset(name) { return .fixed(seconds) }
    if let zone = known.withLock({ $0[name] }) { return zone }
    let zone = TimeZone.rules(try read(name))
    known.withLock { zones in
      // Names may come from data; what is kept must not grow with them.
      if zones.count >= 64 { zones.removeAll() }
      zones[name] = zone
    }
    return zone
  }

  private static let known = Mutex<[String: TimeZone]>([:])

  private static func fixedOffset(_ name: String) -> Int32? {
    var text = Array(name.utf8)[...]
    let isWest = text.first == UInt8(ascii: "-")
    if isWest || text.first == UInt8(ascii: "+") { text.removeFirst() }
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isDigit) }),
      let hours = Int32(String(decoding: parts[0], as: UTF8.self)), hours < 24,
      let minutes = Int32(String(decoding: parts[1], as: UTF8.self)), minutes < 60
    else { return nil }
    return (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
  }

  private static let folder = "/usr/share/zoneinfo/"

  private static func read(_ name: String) throws(EvaluationError) -> ZoneFile {
    let unknown = EvaluationError(
      .invalidArgument, "no time zone '\(name.shortened)'; use a name such as 'Europe/Zurich', or '+01:00'")
    // The name becomes a path: only what names of zones are made of, and never up or elsewhere.
    let isPlain = name.utf8.allSatisfy { byte in
      byte.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || "_+-/".utf8.contains(byte)
    }
    guard isPlain, name.utf8.count <= 64, name.utf8.first != UInt8(ascii: "/"), name.utf8.last != UInt8(ascii: "/")
    else {
      throw unknown
    }
    guard let bytes = contents(of: folder + name) else { throw unknown }
    guard let file = ZoneFile(bytes) else {
      throw EvaluationError(.invalidArgument, "the system's file for the time zone '\(name)' is damaged")
    }
    return file
  }

  /// Nil where there is none that can be read, or it is larger than any zone's.
  private static func contents(of path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= ZoneFile.largest else {
      return nil
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    var filled = 0
    while filled < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      filled += count
    }
    return bytes
  }
}

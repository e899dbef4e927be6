/// Bytes of a stream cut into lines, within a bound.
struct LineBuffer: Sendable {
  /// The longest line that is kept. gpsd's are at most 10,240 bytes (`GPS_JSON_RESPONSE_MAX`).
  static let limit = 65_536

  private var rest: [UInt8] = []

  /// Adds what was read. Gives the lines that are whole now, without their line feeds; `nil` when a line is longer than the
  /// limit, after which the stream is of no more use.
  mutating func append(_ bytes: some Collection<UInt8>) -> [[UInt8]]? {
    var lines: [[UInt8]] = []
    var remaining = bytes[...]
    while let feed = remaining.firstIndex(of: 10) {
      rest.append(contentsOf: remaining[..<feed])
      guard rest.count <= Self.limit else { return nil }
      lines.append(rest)
      rest = []
      remaining = remaining[feed...].dropFirst()
    }
    rest.append(contentsOf: remaining)
    return rest.count <= Self.limit ? lines : nil
  }
}

/// The formats in which drives are recorded.
public enum TrackFormat: String, Sendable, CaseIterable {
  /// Sentences of NMEA 0183 with checksums, one a line.
  case nmea = "NMEA 0183"
  /// Reports of gpsd, one a line, as `gpspipe -w` writes them; sentences between them are passed over.
  case gpsdJSON = "gpsd JSON"
  /// GPX 1.0 or 1.1.
  case gpx = "GPX"
  /// Comma-separated, with a first line that names the columns; see `CSVTrack`.
  case csv = "CSV"

  /// How far into a file is looked.
  private static let reach = 65_536

  /// Tells the format by the content; `nil` when it is none of them. The name of the file plays no part.
  public static func detect(_ bytes: [UInt8]) -> TrackFormat? {
    var sawSentence = false
    var sawOther = false
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < min(bytes.count, reach) {
      let end = bytes[start...].firstIndex(of: 10) ?? bytes.count
      let line = bytes[start..<end].drop { $0 == 32 || $0 == 9 || $0 == 13 }
      start = end + 1
      guard let first = line.first, first != UInt8(ascii: "#") else { continue }
      if !sawSentence, !sawOther {
        if first == UInt8(ascii: "<") { return .gpx }
        if CSVColumns(header: line) != nil { return .csv }
      }
      if line.starts(with: #"{"class":""#.utf8) { return .gpsdJSON }
      if NMEASentence.looksLikeOne(line) { sawSentence = true } else { sawOther = true }
    }
    return sawSentence ? .nmea : nil
  }
}

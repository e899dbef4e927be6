import Model

/// A fix as gpsd reported it: a TPV with mode ≥ 2 and a position.
struct GPSDReport: Hashable, Sendable {
  var latitude: Double
  var longitude: Double
  /// Absent where gpsd gave none.
  var time: Timestamp?

  /// The fixes among gpsd's lines; what isn't a whole line of JSON is passed over (gpsfake echoes raw sentences too).
  static func lines(of bytes: [UInt8]) -> [GPSDReport] {
    bytes.split(separator: 10).compactMap { line in
      guard line.first == 123, let object = try? WireValue.parse(Array(line)), object["class"]?.text == "TPV",
        let mode = object["mode"]?.number, mode >= 2, let latitude = object["lat"]?.number,
        let longitude = object["lon"]?.number
      else { return nil }
      return GPSDReport(
        latitude: latitude, longitude: longitude, time: object["time"]?.text.flatMap { Timestamp(rfc3339: $0) })
    }
  }

  /// The fixes in what a proxy passed to its client, connection by connection.
  static func passed(_ passed: [TCPProxy.Passed]) -> [GPSDReport] {
    Dictionary(grouping: passed, by: \.connection).sorted { $0.key < $1.key }
      .flatMap { lines(of: $0.value.flatMap(\.bytes)) }
  }
}

import Config
public import Model

/// What a serial line says, as far as its bytes tell.
public struct LineGuess: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// Sentences with right checksums: `driver: nmea`.
    case nmea
    case json
    /// Keys and values.
    case keys(separator: String)
    case csv(separator: String, columns: Int)
    /// Lines with something of a number.
    case text
    /// Bytes that are no text.
    case binary
    case nothing
  }

  public var kind: Kind
  /// The newest whole lines, at most ten, with what can't be seen written as `\x02`.
  public var lines: [String]
  /// How sure it is that the speed is right, 0 to 1: noise of a wrong speed is mostly no text.
  public var confidence: Double

  /// - Parameter bytes: As they came. The first line may be cut, and isn't counted.
  public init(_ bytes: [UInt8]) {
    let whole = bytes.split(maxSplits: Int.max, omittingEmptySubsequences: true) { $0 == 10 || $0 == 13 }
    let ends = bytes.last == 10 || bytes.last == 13
    let counted = Array(whole.dropFirst(whole.count > 1 ? 1 : 0).dropLast(ends || whole.count < 2 ? 0 : 1))
    lines = (counted.isEmpty ? whole : counted).suffix(10).map { Self.visible($0) }
    guard !bytes.isEmpty else {
      kind = .nothing
      confidence = 0
      return
    }
    let seen = bytes.count { (32..<127).contains($0) || $0 == 9 || $0 == 10 || $0 == 13 || $0 == 2 || $0 == 3 }
    let share = Double(seen) / Double(bytes.count)
    kind = share < 0.9 ? .binary : Self.kind(of: counted.isEmpty ? whole : counted)
    switch kind {
    case .nmea: confidence = 1
    case .json, .keys, .csv: confidence = 0.95
    case .text: confidence = 0.9 * share
    case .binary: confidence = 0.5 * share
    case .nothing: confidence = 0
    }
  }

  private static func kind(of lines: [ArraySlice<UInt8>]) -> Kind {
    guard !lines.isEmpty else { return .text }
    func most(_ isSo: (ArraySlice<UInt8>) -> Bool) -> Bool { lines.count(where: isSo) * 2 > lines.count }
    if most({ isSentence($0) }) { return .nmea }
    if most({ FieldFormat.json.fields(of: $0) != nil }) { return .json }
    for separator in [",", ";", " ", "\t"] {
      let assigned = { (line: ArraySlice<UInt8>) in
        let pairs = line.split(separator: UInt8(ascii: Unicode.Scalar(separator) ?? ","))
        return pairs.count > 1
          && pairs.allSatisfy { pair in
            pair.firstIndex(of: UInt8(ascii: "=")).map { $0 > pair.startIndex } ?? false
          }
      }
      if most(assigned) { return .keys(separator: separator) }
    }
    for separator in [",", ";", "\t"] {
      let counts = lines.map { $0.count { $0 == UInt8(ascii: Unicode.Scalar(separator) ?? ",") } }
      if let first = counts.last, first > 0, counts.count(where: { $0 == first }) * 2 > counts.count {
        return .csv(separator: separator, columns: first + 1)
      }
    }
    return .text
  }

  private static func isSentence(_ line: ArraySlice<UInt8>) -> Bool {
    do throws(NMEASentence.Fault) {
      _ = try NMEASentence(line)
      return true
    } catch {
      return false
    }
  }

  private static func visible(_ line: ArraySlice<UInt8>) -> String {
    String(
      line.prefix(200).map { byte -> String in
        if (32..<127).contains(byte) { return String(Unicode.Scalar(byte)) }
        let hex = String(byte, radix: 16)
        return "\\x" + (hex.utf8.count == 1 ? "0" : "") + hex
      }.joined())
  }

  /// What it is, and how a profile begins that reads it; `nil` where there is nothing to say.
  public var remedy: [String] {
    switch kind {
    case .nmea: ["NMEA 0183 with right checksums: `driver: nmea` reads it, without a profile"]
    case .json: ["JSON, a line each; a profile begins", "  protocol: serial", "  format: json"]
    case .keys(let separator):
      [
        "keys and values; a profile begins", "  protocol: serial",
        "  format: { keys: { separator: \"\(separator == "\t" ? "\\t" : separator)\", assign: \"=\" } }",
      ]
    case .csv(let separator, let columns):
      [
        "\(columns) columns; a profile begins", "  protocol: serial",
        "  format: { csv: { separator: \"\(separator == "\t" ? "\\t" : separator)\", columns: [\((1...columns).map { "column_\($0)" }.joined(separator: ", "))] } }",
      ]
    case .text:
      ["lines of text; a profile says where the fields stand, as `format: \"{weight:number}{unit}\"`"]
    case .binary:
      [
        "bytes that are no text: another speed or parity, or a binary protocol (Modbus RTU speaks only when it is asked)"
      ]
    case .nothing: ["nothing came: is it switched on, does it wait for a command, are A and B or TX and RX swapped?"]
    }
  }
}

extension LineGuess {
  /// What a profile makes of the bytes: its readings by name in the order of the profile, as they were last, and how many frames were right and wrong.
  public struct Trial: Hashable, Sendable {
    public var readings: [(name: String, value: Value?)] { pairs.map { ($0.name, $0.value) } }
    public var right = 0
    public var wrong = 0
    private var pairs: [Pair] = []

    private struct Pair: Hashable, Sendable {
      var name: String
      /// `nil`: the device says that there is none.
      var value: Value?
    }

    /// Gives the bytes to a profile as the driver would.
    public init(_ profile: SerialProfile, _ bytes: [UInt8]) {
      var cutter = FrameCutter(profile.framing, profile.checksum)
      var values: [String: Value?] = [:]
      for cut in cutter.append(bytes[...], at: 0) {
        guard case .content(let content) = cut, let fields = profile.format.fields(of: content[...]) else {
          if case .content = cut, profile.ignoresOthers { continue }
          wrong += 1
          continue
        }
        right += 1
        for metric in profile.metrics {
          switch metric.read(fields) {
          case .absent: break
          case .good(let value): values[metric.name] = .some(value)
          case .bad: values[metric.name] = .some(nil)
          }
        }
      }
      pairs = profile.metrics.compactMap { metric in values[metric.name].map { Pair(name: metric.name, value: $0) } }
    }
  }
}

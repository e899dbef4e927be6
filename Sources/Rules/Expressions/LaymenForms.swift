import CEL
import Model

/// What people write for this vocabulary's own words and the language takes for something else: a signal with a hyphen (`reefer.air-temperature`,
/// a subtraction), a zone asked for by `in` (`gps in depot`), a zone without its quotes (`in_zone(tag:site)`). The language finds several
/// things wrong with each; here it is told once, with what was meant.
struct LaymenForms {
  let vocabulary: Vocabulary

  private enum Kind: Equatable {
    /// Letters, digits, `_` and `.`.
    case word
    /// Text in quotes, with them.
    case text
    case symbol(UInt8)
  }

  private struct Token {
    var kind: Kind
    var span: Range<Int>
  }

  private static let zoneFunctions: Set<String> = ["in_zone", "distance_to", "time_in_zone"]

  /// In place of the problems that were found: those that a form explains are left out.
  func improved(_ problems: [Problem], in text: String) -> [Problem] {
    let bytes = Array(text.utf8)
    let tokens = Self.tokens(bytes)
    var forms: [Problem] = []
    for index in tokens.indices {
      guard forms.last.map({ $0.span.upperBound <= tokens[index].span.lowerBound }) ?? true else { continue }
      let form =
        hyphenated(tokens[index...], bytes) ?? zoneByIn(tokens[index...], bytes) ?? bareZone(tokens[index...], bytes)
      guard let form, problems.contains(where: { Self.isExplained($0, by: form) }) else { continue }
      forms.append(form)
    }
    guard !forms.isEmpty else { return problems }
    let rest = problems.filter { problem in !forms.contains { Self.isExplained(problem, by: $0) } }
    return (rest + forms).sorted { $0.span.lowerBound < $1.span.lowerBound }
  }

  private static func isExplained(_ problem: Problem, by form: Problem) -> Bool {
    form.span.lowerBound <= problem.span.lowerBound && problem.span.lowerBound < form.span.upperBound
  }

  // MARK: Forms

  private func hyphenated(_ tokens: ArraySlice<Token>, _ bytes: [UInt8]) -> Problem? {
    guard let first = tokens.first, first.kind == .word, bytes[first.span].contains(UInt8(ascii: ".")),
      bytes[first.span].first.map(Self.isDigit) == false
    else { return nil }
    var end = first.span.upperBound
    var rest = tokens.dropFirst()
    while rest.count >= 2, let hyphen = rest.first, hyphen.kind == .symbol(UInt8(ascii: "-")),
      hyphen.span.lowerBound == end, case let next = rest[rest.startIndex + 1], next.kind == .word,
      next.span.lowerBound == hyphen.span.upperBound, bytes[next.span].first.map(Self.isDigit) == false,
      !bytes[next.span].contains(UInt8(ascii: "."))
    {
      end = next.span.upperBound
      rest = rest.dropFirst(2)
    }
    guard end > first.span.upperBound else { return nil }
    let span = first.span.lowerBound..<end
    let written = Self.text(bytes, span)
    let meant = String(written.map { $0 == "-" ? "_" : $0 })
    guard let signal = SignalName(meant) else { return nil }
    let isThere = vocabulary.type(of: signal) != nil
    return Problem(
      span: span, code: .unknownName, message: "`\(written)` reads as a subtraction: no name has a `-` in it",
      help: isThere ? "write `\(meant)`" : vocabulary.remedy(for: signal))
  }

  private func zoneByIn(_ tokens: ArraySlice<Token>, _ bytes: [UInt8]) -> Problem? {
    guard tokens.count >= 3, let subject = tokens.first, subject.kind == .word,
      case let operation = tokens[tokens.startIndex + 1], Self.text(bytes, operation.span) == "in",
      case let zone = tokens[tokens.startIndex + 2], zone.kind != .symbol(UInt8(ascii: "["))
    else { return nil }
    var name = Self.text(bytes, zone.span)
    if zone.kind == .text { name = String(name.dropFirst().dropLast()) }
    let isTag = vocabulary.tags.contains(name)
    guard vocabulary.zones.contains(name) || isTag else { return nil }
    return Problem(
      span: subject.span.lowerBound..<zone.span.upperBound, code: .unknownName,
      message: "whether the vehicle is in a zone is asked by a function",
      help: "write `in_zone(\"\(vocabulary.zones.contains(name) ? "" : "tag:")\(name)\")`")
  }

  private func bareZone(_ tokens: ArraySlice<Token>, _ bytes: [UInt8]) -> Problem? {
    guard tokens.count >= 6, let function = tokens.first, Self.zoneFunctions.contains(Self.text(bytes, function.span)),
      case let rest = Array(tokens.dropFirst().prefix(5)), rest[0].kind == .symbol(UInt8(ascii: "(")),
      Self.text(bytes, rest[1].span) == "tag", rest[2].kind == .symbol(UInt8(ascii: ":")), rest[3].kind != .symbol(41),
      rest[4].kind == .symbol(UInt8(ascii: ")"))
    else { return nil }
    var tag = Self.text(bytes, rest[3].span)
    if rest[3].kind == .text { tag = String(tag.dropFirst().dropLast()) }
    let name = Self.text(bytes, function.span)
    return Problem(
      span: rest[1].span.lowerBound..<rest[3].span.upperBound, code: .macro,
      message: "`\(name)` takes a zone, or all with a tag, as a text in quotes", help: "write `\(name)(\"tag:\(tag)\")`"
    )
  }

  // MARK: Tokens

  private static func tokens(_ bytes: [UInt8]) -> [Token] {
    var tokens: [Token] = []
    var place = 0
    while place < bytes.count, tokens.count < 4000 {
      let start = place
      let byte = bytes[place]
      if byte == 32 || byte == 9 || byte == 10 || byte == 13 {
        place += 1
        continue
      }
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
        place += 1
        while place < bytes.count, bytes[place] != byte { place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1 }
        place = min(bytes.count, place + 1)
        tokens.append(Token(kind: .text, span: start..<place))
      } else if isOfWord(byte) {
        while place < bytes.count, isOfWord(bytes[place]) { place += 1 }
        tokens.append(Token(kind: .word, span: start..<place))
      } else {
        place += 1
        tokens.append(Token(kind: .symbol(byte), span: start..<place))
      }
    }
    return tokens
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

  private static func isOfWord(_ byte: UInt8) -> Bool {
    isDigit(byte) || (97...122).contains(byte) || (65...90).contains(byte) || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: ".")
  }

  private static func text(_ bytes: [UInt8], _ span: Range<Int>) -> String {
    String(decoding: bytes[span], as: UTF8.self)
  }
}

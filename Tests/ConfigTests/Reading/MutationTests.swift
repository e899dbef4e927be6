import Config
import Testing

/// Every key of a file is mutated in four ways; each must be told at exactly the key or value that was mutated, and nothing else.
@Suite struct MutationTests {
  static let block = """
    rules:
      - name: cold_chain        # names
        description: "Load: warm"
        when: gps.speed > 5
        for: 5 min
        cooldown: 30 min
        speed: 30 km/h
        enabled: true
        limit: 5 per hour
        severity: critical
    port: 8480
    limit: 256 MB
    catch_up: 100 KB per second
    turned: 25 deg

    """
  static let flow =
    "{rules: [{name: cold_chain, description: 'ü: x', when: a, for: 5 min, cooldown: 30 min, speed: 30 km/h, enabled: true, "
    + "limit: 5 per hour, severity: critical}], port: 8480, limit: 256 MB, catch_up: 100 KB per second, turned: 25 deg}"

  private static func read(_ text: String) -> Reading {
    var reading = Reading(text)
    if let root = reading.root { SampleRules.read(root, &reading.diagnostics) }
    return reading
  }

  private static func entries(_ root: YAMLNode?) -> [YAMLNode.Entry] {
    switch root?.content {
    case .mapping(let entries): entries.flatMap { [$0] + Self.entries($0.value) }
    case .sequence(let items): items.flatMap { Self.entries($0) }
    default: []
    }
  }

  private static func replacing(_ text: String, _ span: SourceSpan, by other: String) -> String {
    let bytes = Array(text.utf8)
    return String(decoding: bytes[..<span.start.offset] + Array(other.utf8) + bytes[span.end.offset...], as: UTF8.self)
  }

  private static func expect(_ text: String, _ code: String, from: Int, _ fault: String) {
    let reading = read(text)
    #expect(reading.codes == [code], "\(text)")
    #expect(reading.faults == [fault], "\(text)")
    #expect(reading.diagnostics.all.first?.span?.start.offset == from, "\(text)")
  }

  @Test(arguments: [block, flow, block.replacing("\n", with: "\r\n"), "\u{FEFF}" + block])
  func theUnmutatedFileIsClean(text: String) { #expect(Self.read(text).diagnostics.isEmpty) }

  @Test(arguments: [block, flow, block.replacing("\n", with: "\r\n"), "\u{FEFF}" + block])
  func misspeltKeysAreToldAtTheKey(text: String) {
    for entry in Self.entries(Self.read(text).root) {
      let wrong = entry.name + "x"
      Self.expect(
        Self.replacing(text, entry.key.span, by: wrong), "unknown-key", from: entry.key.span.start.offset, wrong)
    }
  }

  @Test(arguments: [block, flow, block.replacing("\n", with: "\r\n"), "\u{FEFF}" + block])
  func wrongTypesAreToldAtTheValue(text: String) {
    for entry in Self.entries(Self.read(text).root) {
      for wrong in ["[[1]]", "{ü: 1}", "\"\\x07\""] {
        if wrong == "\"\\x07\"", ["description", "when"].contains(entry.name) { continue }
        if wrong == "[[1]]", entry.name == "rules" { continue }
        let mutated = Self.replacing(text, entry.value.span, by: wrong)
        let reading = Self.read(mutated)
        #expect(
          reading.faults == [wrong] && reading.diagnostics.all[0].span?.start.offset == entry.value.span.start.offset,
          "\(mutated) \(reading.diagnostics.all)")
      }
    }
  }

  @Test(arguments: [block, flow, block.replacing("\n", with: "\r\n"), "\u{FEFF}" + block])
  func wrongUnitsAreToldAtTheValue(text: String) {
    for entry in Self.entries(Self.read(text).root) {
      guard let old = entry.value.scalar?.text, let first = old.first, first.isNumber, old.contains(" ") else {
        continue
      }
      for unit in ["", " lightyears", " rpm per hour"] {
        let wrong = old.prefix { $0.isNumber } + unit
        let reading = Self.read(Self.replacing(text, entry.value.span, by: String(wrong)))
        #expect(reading.faults == [String(wrong)])
      }
    }
  }

  @Test(arguments: [block, block.replacing("\n", with: "\r\n"), "\u{FEFF}" + block])
  func doubledKeysAreToldAtTheSecond(text: String) {
    for entry in Self.entries(Self.read(text).root) where entry.value.scalar != nil && entry.name != "name" {
      let indent = String(repeating: " ", count: entry.key.span.start.column - 1)
      let again = "\n\(indent)\(entry.name): 1"
      let end = SourceSpan(file: "", start: entry.value.span.end, end: entry.value.span.end)
      Self.expect(
        Self.replacing(text, end, by: again), "duplicate-key",
        from: entry.value.span.end.offset + 1 + indent.utf8.count, entry.name)
    }
  }

  @Test func doubledKeysWithinBracesAreToldAtTheSecond() {
    for entry in Self.entries(Self.read(Self.flow).root) {
      let end = SourceSpan(file: "", start: entry.value.span.end, end: entry.value.span.end)
      Self.expect(
        Self.replacing(Self.flow, end, by: ", \(entry.name): 1"), "duplicate-key",
        from: entry.value.span.end.offset + 2, entry.name)
    }
  }
}

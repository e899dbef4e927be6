import Config
import Model

/// A reader of a small file format with every kind of value, for tests of what is told about mistakes in it.
enum SampleRules {
  static func read(_ root: YAMLNode, _ d: inout Diagnostics) {
    guard var file = MappingReader(root, what: "the file", diagnostics: &d) else { return }
    for item in file.optional("rules")?.sequence("`rules`", diagnostics: &d) ?? [] { rule(item, &d) }
    if let zones = file.optional("zones"), var reader = MappingReader(zones, what: "`zones`", diagnostics: &d) {
      for entry in reader.remaining() {
        _ = entry.key.name("a zone's name", form: .label, diagnostics: &d)
        guard var zone = MappingReader(entry.value, what: "a zone", diagnostics: &d) else { continue }
        for number in zone.required("circle", diagnostics: &d)?.sequence("`circle`", count: 2...2, diagnostics: &d)
          ?? []
        {
          _ = number.number("a coordinate", in: -180...180, diagnostics: &d)
        }
        _ = zone.required("radius", diagnostics: &d)?.length("`radius`", in: 1...100_000, diagnostics: &d)
        zone.finish(diagnostics: &d)
      }
    }
    _ = file.optional("port")?.integer("`port`", in: 1...65535, diagnostics: &d)
    _ = file.optional("limit")?.dataSize("`limit`", in: 1_000_000...1_000_000_000, diagnostics: &d)
    _ = file.optional("catch_up")?.dataRate("`catch_up`", diagnostics: &d)
    _ = file.optional("turned")?.angle("`turned`", in: 0...180, diagnostics: &d)
    file.finish(diagnostics: &d)
  }

  static func rule(_ node: YAMLNode, _ d: inout Diagnostics) {
    guard var rule = MappingReader(node, what: "a rule", diagnostics: &d) else { return }
    _ = rule.required("name", diagnostics: &d)?.name("a rule's name", form: .identifier, diagnostics: &d)
    _ = rule.optional("description")?.string("`description`", diagnostics: &d)
    _ = rule.optional("when")?.string("`when`", diagnostics: &d)
    _ = rule.optional("for")?.interval("`for`", in: .zero ... .days(30), diagnostics: &d)
    _ = rule.optional("cooldown")?.interval("`cooldown`", diagnostics: &d)
    _ = rule.optional("speed")?.speed("`speed`", diagnostics: &d)
    _ = rule.optional("enabled")?.boolean("`enabled`", diagnostics: &d)
    _ = rule.optional("limit")?.countRate("`limit`", diagnostics: &d)
    _ = rule.optional("severity")?.choice(
      "`severity`", of: [("info", 0), ("warning", 1), ("critical", 2)], diagnostics: &d)
    rule.finish(diagnostics: &d)
  }
}

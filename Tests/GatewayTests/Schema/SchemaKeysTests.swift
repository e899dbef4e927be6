import Config
import Inputs
import Rules
import Testing

@testable import Gateway

/// Holds what editors and the reference know together with what the readers know.
@Suite struct SchemaKeysTests {
  /// A mapping somewhere in a file: the text that leads to it, with `@` in its place, and its keys.
  struct Place: CustomStringConvertible {
    var kind: FileKind
    var text: String
    var keys: [Schema.Key]
    /// Without what would tell this kind of mapping from the others in its place.
    var isUndecided = false
    var description: String { "\(kind.rawValue): \(text)" }
  }

  static let places: [Place] = FileKind.allCases.flatMap { kind in
    var places: [Place] = []
    collect(kind.schema, text: "@", kind: kind, into: &places)
    return places
  }

  private static func collect(_ schema: Schema, text: String, kind: FileKind, into places: inout [Place]) {
    func inside(_ wrapped: String) -> String { text.replacing("@", with: wrapped, maxReplacements: 1) }
    switch schema {
    case .object(let keys):
      places.append(Place(kind: kind, text: text, keys: keys))
      collect(keys, text: text, kind: kind, into: &places)
    case .list(let items): collect(items, text: inside("[@]"), kind: kind, into: &places)
    case .oneOrMore(let item): collect(item, text: text, kind: kind, into: &places)
    case .table(_, let values): collect(values, text: inside("{a1: @}"), kind: kind, into: &places)
    case .either(let schemas):
      let mappings = schemas.compactMap { if case .object(let keys) = $0 { keys } else { nil } }
      guard mappings.count > 1, mappings.allSatisfy({ !$0.contains(where: isKind) }) else {
        for schema in schemas { collect(schema, text: text, kind: kind, into: &places) }
        return
      }
      // Only their keys tell them apart, so a reader must know those of all.
      let names = Set(mappings.joined().map(\.name)).sorted()
      places.append(
        Place(kind: kind, text: text, keys: names.map { Schema.Key($0, .anything, "") }, isUndecided: true))
      for keys in mappings { collect(keys, text: text, kind: kind, into: &places) }
    case .quantity, .text, .boolean, .integer, .number, .choice, .expression, .anything: break
    }
  }

  /// The places below a mapping of these keys.
  private static func collect(_ keys: [Schema.Key], text: String, kind: FileKind, into places: inout [Place]) {
    for key in keys {
      let told = told(keys.filter { $0.name != key.name }, makesProfile: keys.contains { $0.name == "frame" })
      let inside = text.replacing("@", with: "{\(told)\(key.name): @}", maxReplacements: 1)
      collect(key.schema, text: inside, kind: kind, into: &places)
    }
  }

  /// What tells a mapping from the others that may stand in its place: a device's driver, the URI of a key, the port of a bus.
  private static func told(_ keys: [Schema.Key], makesProfile: Bool) -> String {
    keys.compactMap { key -> String? in
      if case .choice(let words) = key.schema, isKind(key) { return "\(key.name): \(words[0]), " }
      switch key.name {
      case "uri" where key.isRequired: return "uri: 'pkcs11:object=key', "
      case "rtu" where key.isRequired: return "rtu: /dev/ttyS0, "
      case "tcp" where key.isRequired: return "tcp: 192.168.1.20, "
      case "format" where makesProfile: return "format: json, "
      default: return nil
      }
    }.joined()
  }

  /// True for the key whose one word says what kind of mapping it is.
  private static func isKind(_ key: Schema.Key) -> Bool {
    if case .choice(let words) = key.schema { key.isRequired && words.count == 1 } else { key.name == "uri" }
  }

  /// The keys that the reader asks for at a place, as it says itself of a key that it doesn't know.
  private func asked(_ place: Place) -> Set<String>? {
    let told = place.isUndecided ? "" : Self.told(place.keys, makesProfile: place.keys.contains { $0.name == "frame" })
    let text = place.text.replacing("@", with: "{\(told)zzzzqqqq: 1}")
    let file = SourceFile(path: "test.yaml", bytes: Array(text.utf8))
    var diagnostics = Diagnostics()
    switch place.kind {
    case .config: _ = GatewayConfiguration.read(file, defaultID: "test", diagnostics: &diagnostics)
    case .devices: _ = DeviceSet.load([file], positionDevice: nil, diagnostics: &diagnostics)
    case .profiles: ProfileFormats.check(file, diagnostics: &diagnostics)
    case .rules:
      _ = RuleSet.load(
        rules: [file], zones: [], catalogue: Setup.defaultCatalogue,
        readFile: { (name, _) throws(Diagnostic) in
          throw Diagnostic(severity: .error, code: "file-missing", message: name, help: nil, span: nil)
        }, diagnostics: &diagnostics)
    }
    let unknown = diagnostics.all.first { $0.code == "unknown-key" && $0.message.contains("zzzzqqqq") }
    guard let help = unknown?.help, help.hasPrefix("it may have: ") else { return nil }
    return Set(help.dropFirst("it may have: ".count).split(separator: ", ").map { String($0.dropFirst().dropLast()) })
  }

  @Test(arguments: places.indices) func aSchemaHasTheKeysThatItsReaderAsksForAndNoOthers(_ index: Int) throws {
    let place = Self.places[index]
    let asked = try #require(self.asked(place), "the reader says nothing of the key at \(place)")
    #expect(asked == Set(place.keys.map(\.name)), "\(place)")
  }

  @Test func thereIsASchemaForEveryMapping() {
    #expect(Self.places.count > 15)
    #expect(FileKind.allCases.allSatisfy { kind in Self.places.contains { $0.kind == kind } })
  }
}

import CEL
public import Config
public import Model

extension RuleSet {
  /// Most rules, and most report policies, that a set may have.
  static let ruleLimit = 10_000

  /// Reads rule files and the files of `zones.d`, and checks them against the declared devices and each other.
  ///
  /// - Parameters:
  ///   - rules: YAML; taken in the order of their paths, which is the order in which rules fire.
  ///   - zones: GeoJSON; one that a rule file names, known by its path, belongs to that entry alone.
  ///   - catalogue: where it has no devices, signals are not checked.
  ///   - surroundings: what rules may name besides.
  ///   - readFile: reads a file that a zone names: the path as it is written, and the rule file that it is to be sought beside.
  /// - Returns: `nil` when there was an error; all of them are in `diagnostics`, each at its place.
  public static func load(
    rules: [SourceFile], zones: [SourceFile], catalogue: SignalCatalogue,
    surroundings: RuleSurroundings = RuleSurroundings(),
    readFile: (String, SourceFile) throws(Diagnostic) -> SourceFile, diagnostics: inout Diagnostics
  ) -> RuleSet? {
    var found = Diagnostics()
    defer { diagnostics.append(contentsOf: found) }
    let documents = inOrder(rules).compactMap { RuleDocument($0, diagnostics: &found) }
    var collection = ZoneCollection()
    // What a rule file makes zones of makes none by itself, wherever it lies.
    var named: Set<String> = []
    for document in documents {
      withoutActuallyEscaping(readFile) { read in
        let reader = ZoneReader { path throws(Diagnostic) in
          let file = try read(path, document.file)
          named.insert(file.path)
          return file
        }
        for entry in document.zones { reader.zones(entry, into: &collection, diagnostics: &found) }
      }
    }
    for file in inOrder(zones) where !named.contains(file.path) {
      GeoJSONReader.readZones(of: file, into: &collection, diagnostics: &found)
    }
    var swapped = SwappedPlaces(collection.zones)
    swapped.tell(entries: documents.flatMap(\.zones), in: collection, diagnostics: &found)
    swapped.check(tests: documents.flatMap(\.tests), diagnostics: &found)

    let declarations = RuleDeclarations(documents.flatMap(\.rules))
    var vocabulary = Vocabulary(catalogue)
    vocabulary.zones = Set(collection.places.keys)
    vocabulary.tags = collection.tags
    vocabulary.eventTypes = declarations.eventTypes.union([RuleEngine.outcomeEvent])
    vocabulary.arguments = declarations.parameters.filter { Names.isIdentifier($0.key) }.mapValues(\.valueType)
    let signalEntries = documents.flatMap(\.signals)
    for name in SignalReader.names(signalEntries) where vocabulary.type(of: name) == nil {
      vocabulary.declare(name, .dyn)
    }
    let expressions = ExpressionReader(vocabulary, files: documents.map(\.file))
    let signals = SignalReader(expressions: expressions, catalogue: catalogue)
    let computed = signals.signals(signalEntries, diagnostics: &found)
    signals.variables(declarations.assignments, diagnostics: &found)

    let reports = ReportReader(catalogue: catalogue, expressions: expressions, computed: computed.map(\.name))
    var budgets: [ReportBudget] = []
    var ofReports = Diagnostics()
    let policies = documents.flatMap(\.reports).compactMap {
      reports.item($0, budgets: &budgets, diagnostics: &ofReports)
    }
    // While policies have mistakes nobody knows what they would match.
    if !ofReports.hasErrors {
      reports.warnOfUnmatched(policies, at: documents.lazy.compactMap(\.reportSpan).first, diagnostics: &ofReports)
    }
    found.append(contentsOf: ofReports)

    let hasPositions = catalogue.devices.isEmpty || catalogue.positionDevice != nil
    let reader = RuleReader(
      zones: collection, hasPositions: hasPositions, expressions: expressions, catalogue: catalogue,
      computed: computed.map(\.name), surroundings: surroundings)
    let made = documents.flatMap(\.rules).compactMap { reader.rule($0, diagnostics: &found) }
    let ruleList = namedOnce(made, diagnostics: &found)
    if ruleList.count > ruleLimit || policies.count > ruleLimit {
      found.error(
        "too-many", "there are more than \(ruleLimit) rules or report policies", at: nil, help: "leave some out")
    }
    let testReader = RuleTestReader(
      catalogue: catalogue, rules: Set(made.map(\.rule.name)),
      rulesOfFiles: Dictionary(made.map { ($0.span.file, [$0.rule.name]) }) { $0.union($1) },
      variables: expressions.vocabulary.variables.mapValues(\.metricKind), computed: computed.map(\.name))
    let tests = testReader.tests(documents.map(\.tests), diagnostics: &found)
    guard !found.hasErrors else { return nil }
    var set = RuleSet(
      zones: collection.zones, rules: ruleList, reports: policies, budgets: budgets, computed: computed,
      catalogue: catalogue, slots: expressions.slots, vocabulary: expressions.vocabulary)
    set.tests = tests
    return set
  }

  /// By the bytes of the paths, as `ls` in the C locale.
  private static func inOrder(_ files: [SourceFile]) -> [SourceFile] {
    files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private static func namedOnce(
    _ rules: [(rule: Rule, span: SourceSpan)], diagnostics: inout Diagnostics
  ) -> [Rule] {
    var places: [String: SourceSpan] = [:]
    for (rule, span) in rules {
      if let first = places[rule.name] {
        diagnostics.error(
          "duplicate-rule", "there is a rule `\(rule.name)` already", at: span,
          help: "choose another name; the first is in \(first.file):\(first.start.line)")
      } else {
        places[rule.name] = span
      }
    }
    return rules.map(\.rule)
  }
}

/// The sections of one rule file.
struct RuleDocument {
  let file: SourceFile
  private(set) var zones: [YAMLNode.Entry] = []
  private(set) var reports: [YAMLNode] = []
  private(set) var reportSpan: SourceSpan?
  private(set) var rules: [YAMLNode] = []
  private(set) var tests: [YAMLNode] = []
  private(set) var signals: [YAMLNode.Entry] = []

  /// `nil` after telling that the file is no mapping; a section that is faulty counts as empty.
  init?(_ file: SourceFile, diagnostics: inout Diagnostics) {
    self.file = file
    guard let root = YAML.parse(file, diagnostics: &diagnostics) else { return nil }
    if case .sequence(let items) = root.content {
      diagnostics.error(
        "wrong-type", "a rule file must be a mapping (lines of `key: value`), and this is \(root.description)",
        at: root.span,
        help: Self.section(of: items).map { "write `\($0):` on a line above, and indent the list below it" }
          ?? "write `rules:` on a line above, and indent the list below it")
      return nil
    }
    guard var reader = MappingReader(root, what: "a rule file", diagnostics: &diagnostics) else { return nil }
    if let node = reader.optional("zones"), var zones = MappingReader(node, what: "`zones`", diagnostics: &diagnostics)
    {
      self.zones = zones.remaining()
      zones.finish(diagnostics: &diagnostics)
    }
    if let node = reader.optional("signals"),
      var signals = MappingReader(node, what: "`signals`", diagnostics: &diagnostics)
    {
      self.signals = signals.remaining()
      signals.finish(diagnostics: &diagnostics)
    }
    if let entry = reader.entry("report"), !entry.value.isNull {
      reportSpan = entry.key.span
      reports = entry.value.sequence("`report`", diagnostics: &diagnostics) ?? []
    }
    if let node = reader.optional("rules") { rules = node.sequence("`rules`", diagnostics: &diagnostics) ?? [] }
    if let node = reader.optional("tests") { tests = node.sequence("`tests`", diagnostics: &diagnostics) ?? [] }
    reader.explain(["devices", "device"], "devices stand in files of their own, in the folder `devices.d`")
    reader.explain(
      ["gateway", "journal", "uplinks", "api"], "it stands in `waypost.yaml`, not among the rules")
    reader.explain(
      ["automation", "automations", "script", "sensor", "binary_sensor", "template", "alarm", "alarms"],
      "that is another product's; here it is `rules:`, a list of items with `name`, `on` or `when`, and `then`")
    reader.finish(diagnostics: &diagnostics)
  }

  /// What a list at the top of a file was meant for.
  private static func section(of items: [YAMLNode]) -> String? {
    guard case .mapping(let entries)? = items.first?.content else { return nil }
    let keys = Set(entries.map(\.name))
    if keys.contains("expect") { return "tests" }
    if keys.contains("signals") || keys.contains("budget") { return "report" }
    return keys.contains("circle") || keys.contains("polygon") ? "zones" : "rules"
  }
}

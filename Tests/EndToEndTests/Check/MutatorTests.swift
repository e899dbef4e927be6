import Config
import Testing

@Suite struct MutatorTests {
  static let file = SourceFile(
    path: "a.yaml",
    text: """
      gateway:
        id: truck   # who
      report:
        - signals: [gps.position]
          every: 5 s
        - { signals: [a], or_moved: 10 m }

      """)

  @Test func everyKeyIsMutatedFourWays() throws {
    let mutations = try Mutator.mutations(of: Self.file)
    let paths = Set(mutations.map(\.path))
    #expect(
      paths == [
        "gateway", "gateway.id", "report", "report.[0].signals", "report.[0].every", "report.[1].signals",
        "report.[1].or_moved",
      ])
    for path in paths { #expect(Set(mutations.filter { $0.path == path }.map(\.kind)).count == 4, "\(path)") }
  }

  @Test func theSpansAreThoseOfTheFault() throws {
    let mutations = try Mutator.mutations(of: Self.file)
    for mutation in mutations {
      let lines = mutation.text.split(separator: "\n", omittingEmptySubsequences: false)
      let span = try #require(mutation.spans.first)
      #expect(span.line == span.endLine)
      let line = Array(lines[span.line - 1])
      let told = String(line[span.column - 1..<span.endColumn - 1])
      switch mutation.kind {
      case .misspelt: #expect(told.dropFirst().first == "x")
      case .wrongType: #expect(told == "[[17]]")
      case .wrongUnit: #expect(told == "10 s" || told == "10 km")
      case .doubled: #expect(mutation.path.hasSuffix(told))
      }
    }
  }

  @Test func whatIsDoubledIsFoundByTheReader() throws {
    for mutation in try Mutator.mutations(of: Self.file) where mutation.kind == .doubled {
      var diagnostics = Diagnostics()
      _ = YAML.parse(SourceFile(path: "a.yaml", text: mutation.text), diagnostics: &diagnostics)
      let told = diagnostics.all.compactMap(\.span).map(Mutation.Span.init)
      #expect(told.contains(where: mutation.isTold), "\(mutation.path): \(diagnostics.all)")
    }
  }

  @Test func theOtherMutationsAreYAML() throws {
    for mutation in try Mutator.mutations(of: Self.file) where mutation.kind != .doubled {
      var diagnostics = Diagnostics()
      _ = YAML.parse(SourceFile(path: "a.yaml", text: mutation.text), diagnostics: &diagnostics)
      #expect(diagnostics.all.isEmpty, "\(mutation.path) \(mutation.kind): \(diagnostics.all)\n\(mutation.text)")
    }
  }
}

@Suite struct ShippedFileTests {
  @Test func examplesAreFoundInComments() {
    let text = """
      # Take away the `#` before what you need.
      #
      # gateway:
      #   id: a        # default: derived
      #
      # uplinks:
      #   central: {}
      #
      # What is connected goes elsewhere, for example:
      #
      # devices:
      #   gps:
      #     driver: gpsd
      """
    #expect(
      ShippedFile.uncommented(text) == [
        "gateway:\n  id: a        # default: derived\n\nuplinks:\n  central: {}\n",
        "devices:\n  gps:\n    driver: gpsd\n",
      ])
  }

  @Test func examplesAreFoundInMarkdown() {
    #expect(ShippedFile.fenced("a\n```yaml\nb: 1\n```\n```sh\nc\n```\n```yaml\nd: 2\n```") == ["b: 1\n", "d: 2\n"])
  }
}

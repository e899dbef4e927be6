import ArgumentParser
import Config

/// A length on the command line, written as in a rule file: `200 m`, in quotes or not.
struct LengthArgument {
  /// As given, where a rule file would take it.
  let text: String
  let metres: Double

  /// - Parameters:
  ///   - words: `["200", "m"]`, or `["200 m"]`.
  ///   - name: What stands for it in a message's place.
  ///   - what: As messages have it.
  /// - Throws: `ExitCode(2)` after telling what is wrong.
  init(_ words: [String], name: String, what: String, in range: ClosedRange<Double>) throws {
    text = words.joined(separator: " ")
    let source = SourceFile(path: name, text: text)
    var diagnostics = Diagnostics()
    guard let metres = YAML.parse(source, diagnostics: &diagnostics)?.length(what, in: range, diagnostics: &diagnostics)
    else {
      Output.show(diagnostics, sources: [source], format: .text)
      throw ExitCode(2)
    }
    self.metres = metres
  }
}

import ArgumentParser
import CEL
import CELJSON
import Config
import Glibc

/// `waypost eval`: tries an expression at the desk.
struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Evaluate an expression, as conditions in rule files are written.",
    discussion: """
      `waypost eval '1 + 2'`, `waypost eval 'reefer.temperature > -15.0' --with values.json`, where the file holds an \
      object of names and values: {"reefer": {"temperature": -12.5}}. Expressions are read by the language's standard \
      (CEL): there, a number with decimals is written with its point, which rule files don't ask for.
      With --jsonl, each line of standard input is an object: `expr`, `bindings` with typed values, and if wanted \
      `type_env`, `container`, `disable_check`, `disable_macros`, `check_only`; each gives one line of output.
      Exit code: 0 it has a value, 1 it has a mistake or fails, 2 could not be done. With --jsonl 0, whatever the lines are.
      """)

  @Option(name: .long, help: ArgumentHelp("A JSON file of values by name.", valueName: "file"))
  var with: String?

  @Flag(name: .long, help: "Read requests from standard input, one JSON object a line, and answer each with a line.")
  var jsonl = false

  @Argument(help: ArgumentHelp("The expression, in quotes.", valueName: "expression"))
  var expression: String?

  func validate() throws {
    if jsonl {
      guard expression == nil, with == nil else {
        throw ValidationError("--jsonl takes neither an expression nor --with.")
      }
    } else if expression == nil {
      throw ValidationError("Give an expression, in quotes: waypost eval '1 + 2'.")
    }
  }

  func run() throws {
    guard let expression else { return try answerLines() }
    var request = EvaluationRequest(expression: expression)
    if let with { try bindValues(with, &request) }
    do throws(EvaluationRequest.Failure) {
      let outcome = try request.evaluate()
      Output.print(outcome.value.map(ValueText.text) ?? "")
    } catch {
      var diagnostics = Diagnostics()
      let source = SourceFile(path: "expression", text: expression)
      switch error {
      case .problems(let problems):
        for problem in problems.all {
          diagnostics.error(
            problem.code.rawValue, problem.message, at: source.span(problem.span), help: problem.help)
        }
      case .evaluation(let failure):
        diagnostics.error(
          failure.code.rawValue, failure.message, at: source.span(failure.span ?? 0..<expression.utf8.count), help: nil)
      }
      Output.show(diagnostics, sources: [source], format: .text)
      throw ExitCode(1)
    }
  }

  private func bindValues(_ path: String, _ request: inout EvaluationRequest) throws {
    var diagnostics = Diagnostics()
    var sources: [SourceFile] = []
    do throws(Diagnostic) {
      let file = try SourceFile.read(path: path)
      sources.append(file)
      if let node = JSON.parse(file, diagnostics: &diagnostics), !diagnostics.hasErrors {
        if let members = node.object {
          for member in members {
            let value = PlainValue.read(member.value)
            request.bind(member.name, value, type: PlainValue.type(of: value))
          }
          return
        }
        diagnostics.error(
          "values", "here \(node.description) stands, not an object", at: node.span, help: "write {\"name\": value}")
      }
    } catch { diagnostics.append(error) }
    Output.show(diagnostics, sources: sources, format: .text)
    throw ExitCode(2)
  }

  // MARK: Lines

  /// Longer lines are refused, not read whole.
  private static let longestLine = 16_000_000

  private func answerLines() throws {
    var line: [UInt8] = []
    var isTooLong = false
    var buffer = [UInt8](repeating: 0, count: 65_536)
    func finish() {
      if isTooLong {
        Output.write(
          EvaluationLine.refusal("the line is longer than \(Self.longestLine) bytes") + [10], to: STDOUT_FILENO)
      } else {
        Output.write(EvaluationLine.answer(line) + [10], to: STDOUT_FILENO)
      }
      line.removeAll(keepingCapacity: true)
      isTooLong = false
    }
    while true {
      let count = buffer.withUnsafeMutableBytes { read(STDIN_FILENO, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        Output.complain("standard input can't be read: \(String(cString: strerror(errno)))")
        throw ExitCode(2)
      }
      if count == 0 { break }
      for part in buffer[..<count].split(separator: 10, omittingEmptySubsequences: false).enumerated() {
        if part.offset > 0 { finish() }
        if line.count + part.element.count > Self.longestLine { isTooLong = true } else { line += part.element }
      }
    }
    if !line.isEmpty || isTooLong { finish() }
  }
}

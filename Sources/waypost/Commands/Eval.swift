import ArgumentParser
import CEL
import CELJSON
import Config
import Glibc
import Rules

/// `waypost eval`: tries an expression at the desk.
struct Eval: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Evaluate an expression, as conditions in rule files are written.",
    discussion: """
      `waypost eval '1 + 2'`, `waypost eval 'reefer.temperature > -15.0' --with values.json`, where the file holds an \
      object of names and values: {"reefer": {"temperature": -12.5}}. Expressions are read by the language's standard \
      (CEL). Functions that need a gateway, such as in_zone and mean, are of rule files alone; `waypost test` tries those.
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
    let wanted = "give it a value in a file: `--with values.json`"
    request.environment.declaring =
      with == nil ? (name: "else \(wanted)", member: wanted) : (name: "else give it a value", member: "give it a value")
    if let with { try bindValues(with, &request) }
    do throws(EvaluationRequest.Failure) {
      let missing = request.missingMembers()
      if !missing.isEmpty { throw .problems(Problems(missing)) }
      let outcome = try request.evaluate()
      Output.print(outcome.value.map(ValueText.text) ?? "")
    } catch {
      var diagnostics = Diagnostics()
      let source = SourceFile(path: "expression", text: expression)
      switch error {
      case .problems(let problems):
        for problem in problems.all.map({ Self.explained($0, in: expression) }) {
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

  /// What rule files know and an expression alone doesn't.
  private static func explained(_ problem: Problem, in text: String) -> Problem {
    guard problem.code == .unknownName, problem.span.upperBound <= text.utf8.count else { return problem }
    let name = String(decoding: Array(text.utf8)[problem.span], as: UTF8.self)
    // `min`, `max` and `count` have another form without a gateway, which is told.
    guard ExpressionReference.ruleFunctions.contains(name), !["min", "max", "count"].contains(name) else {
      return problem
    }
    var problem = problem
    problem.message = "`\(name)` needs a gateway, and is of rule files alone"
    problem.help = "try it in a rule with `tests:` and `waypost test`; here write a value in its place"
    return problem
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

internal import CEL
internal import Config

/// `waypost eval --jsonl`: a line of JSON in, a line of JSON out, whatever the line is.
public enum EvaluationLine {
  /// The answer without its line feed: `{"value": …, "deduced_type": …}` or `{"error": {"code": …, "message": …}}`.
  public static func answer(_ line: [UInt8]) -> [UInt8] {
    var diagnostics = Diagnostics()
    guard let node = JSON.parse(SourceFile(path: "line", bytes: line), diagnostics: &diagnostics),
      !diagnostics.hasErrors
    else {
      return error("invalid_json", diagnostics.all.first?.message ?? "the line is no JSON")
    }
    let request: EvaluationRequest
    do throws(TypedValue.Fault) { request = try EvaluationRequest(node) } catch {
      return Self.error("invalid_request", error.message)
    }
    do throws(EvaluationRequest.Failure) {
      let outcome = try request.evaluate()
      var json = JSONWriter()
      json.beginObject()
      if let value = outcome.value {
        json.key("value")
        TypedValue.write(value, to: &json)
      }
      if let type = outcome.type {
        json.member("deduced_type", type.description)
      }
      json.endObject()
      return json.bytes
    } catch {
      switch error {
      case .problems(let problems):
        let code = problems.all.first?.code == .syntax ? "parse_error" : "check_error"
        return Self.error(code, problems.description)
      case .evaluation(let failure): return Self.error(failure.code.rawValue, failure.message)
      }
    }
  }

  /// The answer to a line that isn't read.
  public static func refusal(_ message: String) -> [UInt8] { error("invalid_request", message) }

  private static func error(_ code: String, _ message: String) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.key("error")
    json.beginObject()
    json.member("code", code)
    json.member("message", message)
    json.endObject()
    json.endObject()
    return json.bytes
  }
}

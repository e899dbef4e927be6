import Config

/// Puts an explanation into lines for a person.
struct ExplanationText {
  let lines: [String]

  init(_ explanation: JSONNode?) {
    var lines = [Self.heading(explanation)]
    if let description = explanation["description"] { lines.append("  " + description.text) }
    let triggers = explanation["on"].items.map(\.text)
    if !triggers.isEmpty { lines.append("  on    " + triggers.joined(separator: ", ")) }
    for condition in explanation["conditions"].items {
      let parts = condition["parts"].items
      lines.append(
        "  " + condition["key"].text.padded(to: 6) + (parts.first.map { Self.answer($0) + $0["text"].text } ?? ""))
      if !condition["counts"].flag {
        lines.append("        (doesn't count while the rule is \(explanation["state"].text))")
      }
      for (index, part) in parts.enumerated() { lines += Self.details(part, isWhole: index == 0) }
    }
    for wait in explanation["waits"].items {
      let what = wait["name"].map { " in \($0.text)" } ?? ""
      lines.append("  waits for `\(wait["for"].text)`\(what): \(StatusText.age(wait["left"].number)) left")
    }
    for write in explanation["writes"].items { lines.append(Self.line(write)) }
    self.lines = lines
  }

  /// What it would write now.
  private static func line(_ write: JSONNode) -> String {
    let text = "  " + write["key"].text.padded(to: 6) + "write \(write["signal"].text): \(write["text"].text)"
    let value = write["value"].map(words)
    guard let refused = write["refused"] else {
      // A literal says itself what it is.
      return value.map {
        $0 == write["text"].text || "“\(write["text"].text.dropFirst().dropLast())”" == $0 ? text : "\(text), now \($0)"
      } ?? text
    }
    return text + ", " + (value.map { "now \($0), " } ?? "now ")
      + (value == nil ? refused.text : "which is refused: \(refused.text)")
  }

  private static func heading(_ explanation: JSONNode?) -> String {
    var text = explanation["rule"].text + ":"
    if let state = explanation["state"] {
      text += " " + state.text
      if let time = explanation["for"]?.number { text += " for " + StatusText.age(time) }
      if explanation["muted"].flag { text += ", without its actions (`limit`)" }
      text += ";"
    }
    text += " raised \(explanation["raised"].integer) times"
    if let last = explanation["last_raised_ago"]?.number { text += ", last \(StatusText.age(last)) ago" }
    let dropped = explanation["dropped"].integer
    return dropped == 0 ? text : text + ", dropped \(dropped) times"
  }

  /// A part, and what it reads below it.
  private static func details(_ part: JSONNode, isWhole: Bool) -> [String] {
    let margin = String(repeating: " ", count: 4 + 2 * part["depth"].integer)
    let reads = part["reads"].items.map { read in
      "\(margin)  \(read["name"].text) is \(read["value"].map(words) ?? "unknown: \(read["unknown"].text)")"
    }
    return (isWhole ? [] : [margin + answer(part) + part["text"].text]) + reads
  }

  private static func answer(_ part: JSONNode) -> String {
    switch part["value"]?.content {
    case .boolean(true): "holds    "
    case .boolean(false): "fails    "
    case nil: "unknown  "
    default: ""
    }
  }

  private static func words(_ value: JSONNode) -> String {
    switch value.content {
    case .boolean(let flag): "\(flag)"
    case .string(let text): "“\(text)”"
    default: value.text
    }
  }
}

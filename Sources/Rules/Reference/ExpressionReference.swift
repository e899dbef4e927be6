import CEL

/// All that expressions can name, as tables in Markdown; made of what the reader itself goes by.
public enum ExpressionReference {
  /// Signals, functions of rule files, and functions and macros of the language.
  public static var markdown: String {
    [positions, system, triggers, functions, macros, standard].joined(separator: "\n")
  }

  /// Names of functions and values that only rule files have.
  public static let ruleFunctions = Set(HostFunction.all.map(\.name.rawValue) + ["now"])

  private static var positions: String {
    table(
      "Signals of a device that gives positions", ["signal", "unit", ""],
      [["`gps.position`", "–", "the fix as a whole, for `report`, `change` and `has(gps.position)`"]]
        + PositionField.allCases.map { ["`gps.\($0.rawValue)`", $0.unit ?? "–", $0.note] })
  }

  private static var system: String {
    table(
      "Signals of the gateway itself", ["signal", "unit", ""],
      SystemSignal.all.map { ["`\(SystemSignal.device).\($0.name)`", $0.unit ?? "–", $0.note] })
  }

  private static var triggers: String {
    table(
      "What set a rule off", ["name", ""],
      TriggerField.allCases.map { ["`trigger.\($0.rawValue)`", $0.note] }
        + [["`trigger.args.NAME`", "what came along with the command, as `on` declares it"]])
  }

  private static var functions: String {
    table(
      "Functions over signals, zones and events", ["form", "gives", ""],
      HostFunction.all.map { ["`\(escaped($0.form))`", $0.result, escaped($0.note)] } + [
        ["`now`", "a time", "UTC of this moment; unknown while the clock is not trusted"]
      ])
  }

  private static var macros: String {
    table("Macros of the language", ["form"], Macros.standard.map { ["`\(escaped($0.form))`"] })
  }

  private static var standard: String {
    let own = Set(HostFunction.all.map(\.name.rawValue))
    let functions = Functions.standard.filter { function in
      (!function.name.contains("@") || function.name == "@in") && !own.contains(function.name)
    }
    let rows = functions.sorted { $0.name < $1.name }.map { function -> [String] in
      let forms = function.overloads.map { "`" + escaped(form($0, of: function.name)) + "`" }
      return ["`" + escaped(function.name) + "`", forms.joined(separator: ", ")]
    }
    return table("Functions and operators of the language", ["name", "forms"], rows)
  }

  /// `string.contains(string) → bool`
  private static func form(_ overload: Overload, of name: String) -> String {
    let types = overload.parameters.map(\.description)
    let result = " → \(overload.result)"
    if overload.isMember, let receiver = types.first {
      return "\(receiver).\(name)(\(types.dropFirst().joined(separator: ", ")))\(result)"
    }
    return operatorForm(name, types).map { $0 + result } ?? "\(name)(\(types.joined(separator: ", ")))\(result)"
  }

  /// Operators are named by where their operands stand: `_+_`, `_?_:_`.
  private static func operatorForm(_ name: String, _ types: [String]) -> String? {
    if name == "@in", types.count == 2 { return "\(types[0]) in \(types[1])" }
    guard name.contains("_"), name.allSatisfy({ !$0.isLetter }) else { return nil }
    var text = ""
    var next = types.makeIterator()
    for character in name {
      if character == "_" {
        let isBehind = !text.isEmpty && text.last != " " && text.last != "[" && text != "!" && text != "-"
        text += (isBehind ? " " : "") + (next.next() ?? "")
      } else {
        let isBinary = !text.isEmpty && !"[]?".contains(character)
        text += (isBinary && text.last != " " && !"&|=!<>".contains(text.last ?? " ") ? " " : "") + String(character)
      }
    }
    return text
  }

  private static func table(_ title: String, _ heads: [String], _ rows: [[String]]) -> String {
    var lines = ["## \(title)", "", "| \(heads.joined(separator: " | ")) |"]
    lines.append("|" + String(repeating: " --- |", count: heads.count))
    for row in rows { lines.append("| \(row.joined(separator: " | ")) |") }
    return (lines + [""]).joined(separator: "\n")
  }

  /// A bar would end the cell.
  private static func escaped(_ text: String) -> String { text.replacing("|", with: "\\|") }
}

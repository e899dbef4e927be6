import Model

/// Which characters a name may have.
public enum NameForm: Sendable {
  /// Devices, metrics, rules and variables: `[a-z_][a-z0-9_]{0,63}` and no reserved word of CEL, whose identifiers they are.
  case identifier
  /// Gateway ids, labels, tags, uplinks, profiles and hooks: `[A-Za-z0-9_.-]{1,64}`, not beginning with a dot.
  case label
}

extension YAMLNode {
  /// A name, also for a key of a mapping with free names. Suggests the nearest name of the form.
  public func name(_ what: String, form: NameForm, diagnostics: inout Diagnostics) -> String? {
    guard let text = string(what, limit: .max, diagnostics: &diagnostics) else { return nil }
    let rule: String
    switch form {
    case .identifier:
      if Reserved.words.contains(text) {
        diagnostics.error(
          "reserved-name", "`\(text)` is a word of the condition language and cannot be \(what)", at: span,
          help: "write `\(text)_`, or another word")
        return nil
      }
      if Names.isIdentifier(text) { return text }
      rule = "small letters a–z, digits and `_`, 64 at most, the first no digit"
    case .label:
      if Names.isLabel(text) { return text }
      rule = "letters A–Z and a–z, digits, `_`, `.` and `-`, 64 at most, the first no dot"
    }
    let nearest = Self.nearest(text, form)
    let help: String
    if text.hasPrefix("$") || text.contains("${") || text.contains("$(") || text.contains("{{") {
      help = "write the name itself: nothing is filled in here"
    } else if let equals = text.firstIndex(of: "="), case let name = Self.nearest(Self.trimmed(text[..<equals]), form),
      !name.isEmpty
    {
      help = "write `\(name): …`, with a colon and a space"
    } else {
      help = nearest.isEmpty ? "choose another name" : "write `\(nearest)`"
    }
    diagnostics.error(
      "name", "\(what) cannot be `\(Excerpt.quoted(text))`: a name is made of \(rule)", at: span, help: help)
    return nil
  }

  private static func trimmed(_ text: Substring) -> String {
    String(String(text.drop { $0 == " " }.reversed().drop { $0 == " " }).reversed())
  }

  /// Letters with accents, without them, as their languages write them where they can't.
  private static let plain: [Unicode.Scalar: String] = [
    "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "é": "e", "è": "e", "ê": "e", "ë": "e",
    "É": "E", "È": "E", "à": "a", "â": "a", "á": "a", "ã": "a", "ç": "c", "î": "i", "ï": "i", "í": "i", "ì": "i",
    "ô": "o", "ó": "o", "ò": "o", "õ": "o", "û": "u", "ù": "u", "ú": "u", "ñ": "n", "å": "aa", "æ": "ae", "ø": "oe",
  ]

  private static func nearest(_ text: String, _ form: NameForm) -> String {
    var out = ""
    let spelt = text.unicodeScalars.map { plain[$0] ?? String($0) }.joined()
    for scalar in spelt.unicodeScalars.prefix(64) {
      let isUpper = (65...90).contains(scalar.value)
      let isFine = (97...122).contains(scalar.value) || (48...57).contains(scalar.value) || scalar == "_"
      switch form {
      case .identifier: out += isFine ? String(scalar) : isUpper ? String(scalar).lowercased() : "_"
      case .label: out += isFine || isUpper || scalar == "." || scalar == "-" ? String(scalar) : "-"
      }
    }
    if form == .identifier, let first = out.utf8.first, (48...57).contains(first) { out = "_" + out.prefix(63) }
    while form == .label, out.hasPrefix(".") { out.removeFirst() }
    return out.utf8.contains { $0 != 95 && $0 != 45 } ? out : ""
  }
}

/// The reserved words of CEL, its literals among them (language definition, "Syntax").
public enum Reserved {
  public static let words: [String] = [
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
    "namespace", "null",
    "package", "return", "true", "var", "void", "while",
  ]
}

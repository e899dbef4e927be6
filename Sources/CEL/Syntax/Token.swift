/// A piece of an expression's text.
struct Token {
  enum Kind: Hashable {
    case identifier(String)
    /// In backticks; may name a field only.
    case quotedIdentifier(String)
    /// Digits or hexadecimal digits, without sign.
    case integer(UInt64)
    case unsigned(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case symbol(Symbol)
    /// Letters that no name has, such as `°C`; told about by whoever finds no use for them.
    case foreign(String)
    case end
  }

  var kind: Kind
  var span: Range<Int>
  /// Nothing stands between it and the token before.
  var isAttached: Bool
}

/// Operators and brackets.
enum Symbol: String, Hashable {
  case leftParenthesis = "("
  case rightParenthesis = ")"
  case leftBracket = "["
  case rightBracket = "]"
  case leftBrace = "{"
  case rightBrace = "}"
  case dot = "."
  case comma = ","
  case colon = ":"
  case question = "?"
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"
  case remainder = "%"
  case not = "!"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case and = "&&"
  case or = "||"

  var isOpening: Bool { self == .leftParenthesis || self == .leftBracket || self == .leftBrace }
  var isClosing: Bool { self == .rightParenthesis || self == .rightBracket || self == .rightBrace }

  /// What closes this.
  var counterpart: Symbol {
    switch self {
    case .leftParenthesis: .rightParenthesis
    case .leftBracket: .rightBracket
    case .leftBrace: .rightBrace
    case .rightParenthesis: .leftParenthesis
    case .rightBracket: .leftBracket
    default: .leftBrace
    }
  }
}

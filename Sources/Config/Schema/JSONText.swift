/// JSON to be written for people: indented, members in the order in which they were given.
public indirect enum JSONText: Sendable {
  case string(String)
  case number(Int)
  case boolean(Bool)
  case array([JSONText])
  case object([(String, JSONText)])

  /// Strings.
  public static func list(_ strings: [String]) -> JSONText { .array(strings.map(JSONText.string)) }

  /// Adds another object's members.
  public mutating func append(_ other: JSONText) {
    if case .object(let mine) = self, case .object(let more) = other { self = .object(mine + more) }
  }

  /// - Parameter indent: Of the line on which it begins, in spaces.
  public func text(indent: Int = 0) -> String {
    switch self {
    case .string(let text): Self.quoted(text)
    case .number(let number): "\(number)"
    case .boolean(let flag): flag ? "true" : "false"
    case .array(let items) where items.allSatisfy(\.isScalar):
      "[" + items.map { $0.text(indent: 0) }.joined(separator: ", ") + "]"
    case .array(let items): lines("[", items.map { $0.text(indent: indent + 2) }, "]", indent)
    case .object(let members):
      members.isEmpty
        ? "{}" : lines("{", members.map { "\(Self.quoted($0.0)): \($0.1.text(indent: indent + 2))" }, "}", indent)
    }
  }

  private var isScalar: Bool {
    switch self {
    case .string, .number, .boolean: true
    case .array, .object: false
    }
  }

  private func lines(_ open: String, _ items: [String], _ close: String, _ indent: Int) -> String {
    let margin = "\n" + String(repeating: " ", count: indent)
    return open + items.map { margin + "  " + $0 }.joined(separator: ",") + margin + close
  }

  private static func quoted(_ text: String) -> String {
    var writer = JSONWriter()
    writer.string(text)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

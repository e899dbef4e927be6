public import Config
public import Model

/// Why what stands in the place of `args` can't be taken.
public struct CommandArgumentProblem: Error, Hashable {
  /// With what would be right.
  public var text: String
}

extension [CommandArgument] {
  /// A command has so many at most.
  static var limit: Int { 16 }

  /// Reads `args`: `{"from":900,"note":"so"}`. Anything may stand there; nothing and null are none.
  public static func read(_ node: JSONNode?) -> Result<[CommandArgument], CommandArgumentProblem> {
    guard let node, node.content != .null else { return .success([]) }
    guard let members = node.object, members.count <= limit else {
      return .failure(CommandArgumentProblem(text: "`args` is an object of \(limit) members at most"))
    }
    var read: [CommandArgument] = []
    for member in members {
      guard Names.isIdentifier(member.name), let value = CommandArgument.value(member.value) else {
        return .failure(
          CommandArgumentProblem(
            text:
              "each of `args` has a name such as `from` (a-z, 0-9, _) and is a number, true or false, or a text of at most \(CommandArgument.mostText) characters"
          ))
      }
      read.append(CommandArgument(name: member.name, value: value))
    }
    return .success(read)
  }

  /// As `read` takes it.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    for argument in self {
      writer.key(argument.name)
      switch argument.value {
      case .number(let number): writer.number(number)
      case .boolean(let flag): writer.boolean(flag)
      case .text(let text): writer.string(text)
      }
    }
    writer.endObject()
  }
}

extension CommandArgument {
  /// Characters of one that is a text.
  static let mostText = 256

  /// As a person types it: `seconds=5`, `wide=true`, `door=north`; what JSON would take for a number or a truth value stands in quotes where
  /// it is meant as text: `door="5"`. `nil` for what has no name, or none that may be.
  public init?(typed text: String) {
    guard let sign = text.firstIndex(of: "=") else { return nil }
    let name = String(text[..<sign])
    let rest = String(text[text.index(after: sign)...])
    guard Names.isIdentifier(name), rest.unicodeScalars.count <= 6 * Self.mostText else { return nil }
    var ignored = Diagnostics()
    let node = JSON.parse(SourceFile(path: "value", bytes: Array(rest.utf8)), diagnostics: &ignored)
    switch node?.content {
    case .number, .boolean, .string:
      guard let value = node.flatMap(Self.value) else { return nil }
      self.init(name: name, value: value)
    default:
      guard rest.unicodeScalars.count <= Self.mostText else { return nil }
      self.init(name: name, value: .text(rest))
    }
  }

  /// What may come along with a command.
  static func value(_ node: JSONNode) -> Value? {
    switch node.content {
    case .number(let number, _): .number(number)
    case .boolean(let flag): .boolean(flag)
    case .string(let text) where text.unicodeScalars.count <= mostText: .text(text)
    case .null, .string, .array, .object: nil
    }
  }
}

import Config
import Model

extension CommandPermission {
  private static let mostNames = 64

  /// Reads `commands:`: `none`, `all`, or a list of names.
  static func read(_ node: YAMLNode, _ diagnostics: inout Diagnostics) -> CommandPermission {
    if let scalar = node.scalar {
      switch scalar.text {
      case "none": return .none
      case "all": return .all
      default:
        diagnostics.error(
          "wrong-type", "`commands` is `none`, `all` or a list of names", at: node.span,
          help: Names.isLabel(scalar.text) ? "write `commands: [\(scalar.text)]`" : "write `commands: [status, resend]`"
        )
        return .none
      }
    }
    guard let items = node.sequence("`commands`", count: 1...mostNames, diagnostics: &diagnostics) else { return .none }
    var names: [String] = []
    for item in items {
      guard let name = item.name("a command", form: .label, diagnostics: &diagnostics) else { continue }
      if names.contains(name) {
        diagnostics.warning("twice", "`\(name)` stands here twice", at: item.span, help: "delete one of them")
      } else {
        names.append(name)
      }
    }
    return .only(names)
  }

  /// Where each name stands.
  static func places(_ node: YAMLNode) -> [(name: String, span: SourceSpan)] {
    guard case .sequence(let items) = node.content else { return [] }
    return items.compactMap { item in item.scalar.map { ($0.text, item.span) } }
  }

  static var schema: Schema {
    .either([.choice(["none", "all"]), .list(.text(pattern: "^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$"))])
  }
}

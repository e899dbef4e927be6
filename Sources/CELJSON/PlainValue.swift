public import CEL
public import Config

/// JSON as values of expressions (cel-spec, doc/langdef.md, "JSON Data Conversion"): every number is a double.
public enum PlainValue {
  public static func read(_ node: JSONNode) -> Value {
    switch node.content {
    case .null: return .null
    case .boolean(let flag): return .bool(flag)
    case .number(let number, _): return .double(number)
    case .string(let text): return .string(text)
    case .array(let items): return .list(items.map(read))
    case .object(let members):
      var map = Value.Map()
      for member in members {
        // JSON that has a name twice was refused when it was read.
        do { try map.insert(read(member.value), for: .string(member.name)) } catch { continue }
      }
      return .map(map)
    }
  }

  /// What the checker may know of it.
  public static func type(of value: Value) -> ValueType {
    switch value {
    case .bool: .bool
    case .double: .double
    case .string: .string
    case .list: .list(.dyn)
    case .map: .map(key: .string, value: .dyn)
    default: .dyn
    }
  }
}

@testable import Config

/// What must hold of any bytes that are read as a stream: it takes and refuses what the tree's reader does, with the same values at the
/// same places and the same faults, however few bytes it gets at a time.
enum JSONStreamFuzz {
  /// What doesn't hold, in words.
  /// - Parameter chunk: bytes at a time.
  static func check(_ bytes: [UInt8], chunk: Int) -> [String] {
    let file = SourceFile(path: "fuzz", bytes: bytes)
    var told = Diagnostics()
    let tree = JSON.parse(file, diagnostics: &told)
    var problems: [String] = []
    var streamed = Diagnostics()
    guard var stream = JSONStream(file, list: "features", limits: .default, chunk: chunk, diagnostics: &streamed) else {
      return ["refused by its size"]
    }
    var members: [String: JSONValue] = [:]
    var items: [JSONValue]?
    var whole: JSONValue?
    while let part = stream.next(diagnostics: &streamed) {
      switch part {
      case .whole(let value): whole = value
      case .list(let head, _):
        items = []
        for member in head.members { members[member.name] = member.value }
      case .item(let value): items?.append(value)
      case .member(let name, let value): members[name] = value
      }
    }
    let all = { (diagnostics: Diagnostics) in
      diagnostics.all.map { "\($0.message) \($0.span?.start.offset ?? -1)..\($0.span?.end.offset ?? -1)" }.sorted()
    }
    if all(told) != all(streamed) { problems.append("told \(all(told)), streamed \(all(streamed))") }
    guard let tree else { return problems }
    if let whole {
      compare(whole, tree, &problems)
    } else if let items {
      var left = members
      for member in tree.object ?? [] where member.name != "features" {
        if let value = left.removeValue(forKey: member.name) {
          compare(value, member.value, &problems)
        } else {
          problems.append("`\(member.name)` is missing")
        }
      }
      if !left.isEmpty { problems.append("members \(left.keys)") }
      let wanted = tree["features"]?.array ?? []
      if wanted.count != items.count { problems.append("\(items.count) items, not \(wanted.count)") }
      for (item, node) in zip(items, wanted) { compare(item, node, &problems) }
    } else {
      problems.append("nothing was given")
    }
    return problems
  }

  private static func compare(_ value: JSONValue, _ node: JSONNode, _ problems: inout [String]) {
    if value.range != node.span.start.offset..<node.span.end.offset {
      problems.append("\(value.range) is not \(node.span)")
    }
    if value.description != node.description { problems.append("\(value.description) is not \(node.description)") }
    switch node.content {
    case .null: if !value.isNull { problems.append("not null") }
    case .boolean: break
    case .number(let number, let text):
      if value.number?.bitPattern != number.bitPattern || value.numberText != text { problems.append("not \(text)") }
      if Double(text)?.bitPattern != number.bitPattern { problems.append("\(text) is read as \(number)") }
    case .string(let text): if value.string != text { problems.append("not \(text)") }
    case .array(let nodes):
      let items = Array(value.items)
      if items.count != nodes.count { problems.append("\(items.count) items of \(nodes.count)") }
      for (item, node) in zip(items, nodes) { compare(item, node, &problems) }
    case .object(let nodes):
      let members = value.members
      if members.map(\.name) != nodes.map(\.name) { problems.append("other names") }
      for (member, node) in zip(members, nodes) {
        if value[node.name]?.range != member.value.range { problems.append("`\(node.name)` is another") }
        compare(member.value, node.value, &problems)
      }
    }
  }
}

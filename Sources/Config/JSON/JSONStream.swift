/// Reads a JSON file whose bulk is one long list, an item at a time: an object with the list as one of its members, as a GeoJSON
/// FeatureCollection is. Memory for one item, whatever the file's size.
///
/// A file without such a list is given as a whole. The first fault ends the reading, but what came before it has been given already.
public struct JSONStream {
  /// What comes next.
  public enum Part: Sendable {
    /// A file without the list, all of it.
    case whole(JSONValue)
    /// The outermost object as far as the list, and the bytes of the list's name. Items follow.
    case list(after: JSONValue, name: Range<Int>)
    /// One item of the list.
    case item(JSONValue)
    /// A member of the outermost object that stands behind the list.
    case member(name: String, JSONValue)
  }

  /// For the places of values in the file.
  public let map: SourceMap

  private let list: String
  private var builder: JSONTapeBuilder
  private var state = State.start
  /// The outermost object's names and where they stand.
  private var names: [[UInt8]: Int] = [:]
  private var rootStart = 0
  private var listStart = 0

  private enum State { case start, firstItem, nextItem, nextMember, end }

  /// `nil` after telling that the file is too large.
  /// - Parameter list: the name of the member that is the list.
  public init?(_ file: SourceFile, list: String, limits: JSONLimits = .stream, diagnostics: inout Diagnostics) {
    self.init(file, list: list, limits: limits, chunk: 262_144, diagnostics: &diagnostics)
  }

  /// - Parameter chunk: bytes to read at a time.
  init?(_ file: SourceFile, list: String, limits: JSONLimits, chunk: Int, diagnostics: inout Diagnostics) {
    guard JSON.checkSize(file, limits, diagnostics: &diagnostics) else { return nil }
    self.list = list
    map = SourceMap(file)
    builder = JSONTapeBuilder(file, limits: limits, chunk: chunk)
  }

  /// The next part; `nil` at the end, and after telling what is wrong. Names given twice are told, and of two values the first counts.
  public mutating func next(diagnostics: inout Diagnostics) -> Part? {
    do throws(JSONFault) {
      let part = try advance()
      builder.tell(map, diagnostics: &diagnostics)
      return part
    } catch {
      builder.tell(map, diagnostics: &diagnostics)
      diagnostics.append(error.diagnostic(map))
      state = .end
      return nil
    }
  }

  private mutating func advance() throws(JSONFault) -> Part? {
    while true {
      switch state {
      case .start: return try start()
      case .firstItem:
        let token = try builder.tokens.next()
        if token == .endObject { throw JSONFault.missingValue(here) }
        guard token == .endArray else { return try item(token) }
        state = .nextMember
      case .nextItem:
        switch try builder.tokens.next() {
        case .endArray: state = .nextMember
        case .comma:
          let token = try builder.tokens.next()
          guard token != .endArray else { throw JSONFault.trailingComma(here) }
          return try item(token)
        case let token: throw unexpected(token, isObject: false)
        }
      case .nextMember:
        switch try builder.tokens.next() {
        case .endObject:
          try end()
          return nil
        case .comma:
          if let part = try member() { return part }
        case let token: throw unexpected(token, isObject: true)
        }
      case .end: return nil
      }
    }
  }

  private mutating func start() throws(JSONFault) -> Part {
    let first = try builder.tokens.next()
    rootStart = builder.tokens.start
    let tape = try builder.value(from: first, until: list)
    let root = JSONValue(tape: tape, index: 0)
    guard let name = builder.list else {
      try end()
      return .whole(root)
    }
    for member in root.members { names[Array(member.name.utf8)] = member.nameRange.lowerBound }
    names[Array(list.utf8)] = name.lowerBound
    listStart = builder.tokens.start
    state = .firstItem
    return .list(after: root, name: name)
  }

  private mutating func item(_ token: JSONTokens.Token) throws(JSONFault) -> Part {
    if token == .end { throw JSONFault.unclosed(isObject: false, at: listStart) }
    state = .nextItem
    return .item(JSONValue(tape: try builder.value(from: token), index: 0))
  }

  /// A member behind the list, its comma read; `nil` for one whose name was there already.
  private mutating func member() throws(JSONFault) -> Part? {
    let token = try builder.tokens.next()
    guard token == .string || token == .escapedString else {
      if token == .end { throw JSONFault.unclosed(isObject: true, at: rootStart) }
      throw token == .endObject || token == .endArray ? JSONFault.trailingComma(here) : JSONFault.noName(here)
    }
    let range = here
    let name = JSONValue(tape: try builder.value(from: token), index: 0).string ?? ""
    let earlier = names[Array(name.utf8)]
    if let earlier { builder.noteDoubled(name: name, range: range, earlier: earlier) }
    let colon = try builder.tokens.next()
    guard colon == .colon else {
      throw colon == .end ? JSONFault.unclosed(isObject: true, at: rootStart) : JSONFault.noColon(here)
    }
    let first = try builder.tokens.next()
    if first == .end { throw JSONFault.unclosed(isObject: true, at: rootStart) }
    if first == .endObject || first == .endArray { throw JSONFault.trailingComma(here) }
    let value = JSONValue(tape: try builder.value(from: first), index: 0)
    if earlier != nil { return nil }
    guard names.count < 1000 else {
      throw JSONFault(
        code: "limit", message: "the outermost object has more than 1000 members", help: "leave some out", range: range)
    }
    names[Array(name.utf8)] = range.lowerBound
    return .member(name: name, value)
  }

  private mutating func end() throws(JSONFault) {
    state = .end
    guard try builder.tokens.next() == .end else { throw JSONFault.afterEnd(here) }
  }

  private var here: Range<Int> { builder.tokens.start..<builder.tokens.index }

  private func unexpected(_ token: JSONTokens.Token, isObject: Bool) -> JSONFault {
    token == .end
      ? JSONFault.unclosed(isObject: isObject, at: isObject ? rootStart : listStart)
      : JSONFault.noComma(isObject: isObject, here)
  }
}

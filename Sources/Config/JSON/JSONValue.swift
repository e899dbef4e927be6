/// A value of a JSON file that was read without a tree: where it stands is known as bytes, and lines and columns are looked up when somebody
/// asks. Valid for as long as it is kept; what it keeps is the text of the piece of the file that it was read in.
public struct JSONValue: Sendable {
  let tape: JSONTape
  let index: Int

  /// The bytes of the file that it takes, quotes and brackets included.
  public var range: Range<Int> { tape.range(index) }

  public var isNull: Bool { kind == .null }
  public var string: String? { kind == .string || kind == .escapedString ? tape.text(index) : nil }
  public var number: Double? { kind == .number ? tape.entries[index].number : nil }
  public var isArray: Bool { kind == .array }
  public var isObject: Bool { kind == .object }

  /// A number as it was written, for whole ones beyond 2^53.
  public var numberText: String? { kind == .number ? source : nil }

  /// The items of an array, the values of an object; none of anything else.
  public var items: Items { Items(tape: tape, place: index + 1, end: end, isObject: isObject) }

  /// The members of an object, each name once; none of anything else.
  public var members: [(name: String, nameRange: Range<Int>, value: JSONValue)] {
    guard isObject else { return [] }
    var found: [(name: String, nameRange: Range<Int>, value: JSONValue)] = []
    var place = index + 1
    while place < end {
      if tape.entries[place].kind != .doubledName {
        found.append((tape.text(place), tape.range(place), JSONValue(tape: tape, index: place + 1)))
      }
      place = Int(tape.entries[place + 1].next)
    }
    return found
  }

  /// The value of a member of an object, the first of that name; `nil` for anything else. Looks through the members one by one.
  public subscript(name: String) -> JSONValue? {
    guard isObject else { return nil }
    var place = index + 1
    while place < end {
      if isName(place, name) { return JSONValue(tape: tape, index: place + 1) }
      place = Int(tape.entries[place + 1].next)
    }
    return nil
  }

  /// What an array of two to `most` numbers begins with; `nil` for anything else.
  public func pair(most: Int) -> (first: Double, second: Double)? {
    guard kind == .array, end - index - 1 >= 2, end - index - 1 <= most else { return nil }
    for place in index + 1..<end where tape.entries[place].kind != .number { return nil }
    return (tape.entries[index + 1].number, tape.entries[index + 2].number)
  }

  /// What this is, for a message: "an array", "the number `5`".
  public var description: String {
    switch kind {
    case .null: "`null`"
    case .yes: "`true`"
    case .no: "`false`"
    case .number: "the number `\(Excerpt.quoted(source))`"
    case .array: "an array"
    case .object: "an object"
    default: "the text `\(Excerpt.quoted(tape.text(index)))`"
    }
  }

  private var kind: JSONTape.Kind { tape.entries[index].kind }
  private var end: Int { Int(tape.entries[index].next) }

  private var source: String {
    String(decoding: tape.bytes[Int(tape.entries[index].start)..<Int(tape.entries[index].end)], as: UTF8.self)
  }

  private func isName(_ place: Int, _ name: String) -> Bool {
    let entry = tape.entries[place]
    switch entry.kind {
    case .name: return tape.bytes[Int(entry.start) + 1..<Int(entry.end) - 1].elementsEqual(name.utf8)
    case .escapedName: return tape.text(place) == name
    default: return false
    }
  }

  /// One after the other.
  public struct Items: Sequence, IteratorProtocol, Sendable {
    let tape: JSONTape
    var place: Int
    let end: Int
    let isObject: Bool

    public mutating func next() -> JSONValue? {
      guard place < end else { return nil }
      let found = isObject ? place + 1 : place
      place = Int(tape.entries[found].next)
      return JSONValue(tape: tape, index: found)
    }
  }
}

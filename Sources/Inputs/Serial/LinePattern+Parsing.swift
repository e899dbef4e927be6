import Model

extension LinePattern {
  static let limit = 512
  static let fieldLimit = 64

  /// What is wrong with a pattern, and where in its UTF-8.
  struct Mistake: Error, Hashable, Sendable {
    var message: String
    var help: String
    var range: Range<Int>
  }

  /// Reads a pattern.
  init(_ text: String) throws(Mistake) {
    let bytes = Array(text.utf8)
    guard bytes.count <= Self.limit else {
      throw Mistake(message: "a pattern has at most \(Self.limit) bytes", help: "shorten it", range: 0..<bytes.count)
    }
    var elements: [(element: Element, range: Range<Int>)] = []
    func literal(_ byte: UInt8, _ place: Int) {
      if case .literal(let before)? = elements.last?.element {
        elements[elements.count - 1] = (
          .literal(before + [byte]), elements[elements.count - 1].range.lowerBound..<place
        )
      } else {
        elements.append((.literal([byte]), place - 1..<place))
      }
    }
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      let isDoubled = index + 1 < bytes.count && bytes[index + 1] == byte
      switch byte {
      case UInt8(ascii: "{") where isDoubled, UInt8(ascii: "}") where isDoubled:
        index += 2
        literal(byte, index)
      case UInt8(ascii: "}"):
        throw Mistake(
          message: "a `}` stands alone", help: "write `}}` for a brace of the line", range: index..<index + 1)
      case UInt8(ascii: "{"):
        guard let end = bytes[index...].firstIndex(of: UInt8(ascii: "}")) else {
          throw Mistake(
            message: "a `{` has no `}`", help: "close the field, or write `{{` for a brace of the line",
            range: index..<index + 1)
        }
        let inner = String(decoding: bytes[(index + 1)..<end], as: UTF8.self)
        elements.append((try Self.field(inner, index..<end + 1), index..<end + 1))
        index = end + 1
      case 32, 9:
        if elements.last?.element != .blanks { elements.append((.blanks, index..<index + 1)) }
        index += 1
      default:
        index += 1
        literal(byte, index)
      }
    }
    try Self.check(elements)
    self.elements = elements.map(\.element)
  }

  private static func field(_ inner: String, _ range: Range<Int>) throws(Mistake) -> Element {
    let parts = inner.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let name = parts[0].isEmpty ? nil : parts[0]
    if let name, !Names.isIdentifier(name) {
      throw Mistake(
        message: "a field can't be named `\(name.prefix(40))`",
        help: "small letters a–z, digits and `_`, the first no digit; `{}` is a field that nobody needs", range: range)
    }
    guard parts.count > 1 else { return .text(name) }
    if let count = Int(parts[1]), (1...1024).contains(count) { return .fixed(name, count: count) }
    switch parts[1] {
    case "number": return .number(name)
    case "text": return .text(name)
    default:
      throw Mistake(
        message: "a field can't be `:\(parts[1].prefix(40))`",
        help: "write `:number`, `:text`, or how many characters it has, as `:8`", range: range)
    }
  }

  private static func check(_ elements: [(element: Element, range: Range<Int>)]) throws(Mistake) {
    let all = 0..<max(elements.last?.range.upperBound ?? 0, 0)
    let named = elements.filter { $0.element.name != nil }
    guard !named.isEmpty else {
      throw Mistake(
        message: "the pattern has no field",
        help: "write the line with names in braces: `{status},{weight:number}{unit}`",
        range: all)
    }
    guard named.count <= fieldLimit else {
      throw Mistake(
        message: "a pattern has at most \(fieldLimit) fields", help: "take `{}` for those that nobody needs", range: all
      )
    }
    var seen: Set<String> = []
    for (element, range) in named {
      if let name = element.name, !seen.insert(name).inserted {
        throw Mistake(message: "the field `\(name)` stands twice", help: "give one of them another name", range: range)
      }
    }
    for (index, (element, range)) in elements.enumerated().dropLast() {
      let next = elements[index + 1]
      switch (element, next.element) {
      case (.text, .text), (.text, .number), (.text, .fixed):
        throw Mistake(
          message: "nothing tells where this field ends", range: range.lowerBound..<next.range.upperBound,
          help: "write what stands between the two, or how many characters the first has, as `:8`")
      case (.number, .number):
        throw Mistake(
          message: "nothing tells where this number ends", range: range.lowerBound..<next.range.upperBound,
          help: "write what stands between the two")
      default: break
      }
    }
  }
}

extension LinePattern.Mistake {
  fileprivate init(message: String, range: Range<Int>, help: String) {
    self.init(message: message, help: help, range: range)
  }
}

// cel-go, ext/strings.go: positions are in code points and start at 0.
extension Functions {
  static let strings: [Function] = [
    Function(
      "charAt",
      [
        .member(
          [.string, .int], .string,
          .two { text, index throws(EvaluationError) in
            let characters = Array(try text.text().unicodeScalars)
            let place = try position(index, within: characters.count)
            return .string(String(characters[place...].prefix(1)))
          })
      ]),
    search("indexOf", Finding.first), search("lastIndexOf", Finding.last),
    Function(
      "substring",
      [
        .member(
          [.string, .int], .string,
          .two { text, start throws(EvaluationError) in
            let characters = Array(try text.text().unicodeScalars)
            return .string(String(characters[try position(start, within: characters.count)...]))
          }),
        .member(
          [.string, .int, .int], .string,
          .many { arguments throws(EvaluationError) in
            let characters = Array(try arguments[0].text().unicodeScalars)
            let start = try position(arguments[1], within: characters.count)
            let end = try position(arguments[2], within: characters.count)
            guard start <= end else {
              throw EvaluationError(.invalidArgument, "invalid substring range: start \(start), end \(end)")
            }
            return .string(String(characters[start..<end]))
          }),
      ]),
    map("lowerAscii") { text in String(text.unicodeScalars.map { $0.isUpperASCII ? $0.shifted(by: 32) : $0 }) },
    map("upperAscii") { text in String(text.unicodeScalars.map { $0.isLowerASCII ? $0.shifted(by: -32) : $0 }) },
    map("reverse") { text in String(Array(text.unicodeScalars.reversed())) },
    map("trim") { text in
      let scalars = text.unicodeScalars.drop { $0.properties.isWhitespace }
      guard let last = scalars.lastIndex(where: { !$0.properties.isWhitespace }) else { return "" }
      return String(scalars[...last])
    },
    Function(
      "strings.quote",
      [
        .global(
          [.string], .string,
          .one { text throws(EvaluationError) in .string(try text.text().quoted()) })
      ]),
    Function(
      "replace",
      [
        .member(
          [.string, .string, .string], .string,
          .many { arguments throws(EvaluationError) in
            .string(try arguments[0].text().replacing(arguments[1].text(), by: arguments[2].text(), atMost: -1))
          }),
        .member(
          [.string, .string, .string, .int], .string,
          .many { arguments throws(EvaluationError) in
            .string(
              try arguments[0].text().replacing(
                arguments[1].text(), by: arguments[2].text(), atMost: arguments[3].int()))
          }),
      ]),
    Function(
      "split",
      [
        .member(
          [.string, .string], .list(.string),
          .two { text, separator throws(EvaluationError) in try text.text().split(at: separator.text(), atMost: -1) }),
        .member(
          [.string, .string, .int], .list(.string),
          .many { arguments throws(EvaluationError) in
            try arguments[0].text().split(at: arguments[1].text(), atMost: arguments[2].int())
          }),
      ]),
    Function(
      "join",
      [
        .member(
          [.list(.string)], .string, .one { list throws(EvaluationError) in .string(try list.list().joined(by: "")) }),
        .member(
          [.list(.string), .string], .string,
          .two { list, separator throws(EvaluationError) in .string(try list.list().joined(by: separator.text())) }),
      ]),
    Function(
      "format",
      [
        .member(
          [.string, .list(.dyn)], .string,
          .two { pattern, arguments throws(EvaluationError) in
            .string(try Formatter.format(pattern.text(), arguments.list()))
          })
      ]),
  ]

  private enum Finding { case first, last }

  private static func map(_ name: String, _ change: @escaping @Sendable (String) -> String) -> Function {
    Function(
      name, [.member([.string], .string, .one { value throws(EvaluationError) in .string(change(try value.text())) })])
  }

  private static func search(_ name: String, _ finding: Finding) -> Function {
    Function(
      name,
      [
        .member(
          [.string, .string], .int,
          .two { text, wanted throws(EvaluationError) in
            .int(try place(of: wanted.text(), in: text.text(), finding, bound: nil))
          }),
        .member(
          [.string, .string, .int], .int,
          .many { arguments throws(EvaluationError) in
            .int(try place(of: arguments[1].text(), in: arguments[0].text(), finding, bound: arguments[2]))
          }),
      ])
  }

  /// `bound`: where the first match may start at the earliest, or the last one at the latest. -1 where there is none.
  private static func place(
    of wanted: String, in text: String, _ finding: Finding, bound: Value?
  ) throws(EvaluationError) -> Int64 {
    let (wanted, text) = (Array(wanted.unicodeScalars), Array(text.unicodeScalars))
    let end = text.count - wanted.count
    switch finding {
    case .first:
      let start = try bound.map { index throws(EvaluationError) in try position(index, within: text.count) } ?? 0
      guard start <= end else { return -1 }
      return Int64((start...end).first { text[$0..<$0 + wanted.count].elementsEqual(wanted) } ?? -1)
    case .last:
      let latest =
        try bound.map { index throws(EvaluationError) in try position(index, within: text.count) } ?? text.count
      guard end >= 0 else { return -1 }
      return Int64((0...min(latest, end)).last { text[$0..<$0 + wanted.count].elementsEqual(wanted) } ?? -1)
    }
  }

  /// 0 to `count`; beyond, an error.
  private static func position(_ index: Value, within count: Int) throws(EvaluationError) -> Int {
    let place = try index.int()
    guard place >= 0, place <= count else {
      throw EvaluationError(.invalidArgument, "index out of range: \(place)")
    }
    return Int(place)
  }
}

extension String {
  fileprivate init(_ scalars: some Sequence<Unicode.Scalar>) {
    self.init()
    unicodeScalars.append(contentsOf: scalars)
  }

  /// Between quotes, with what can't be seen and what ends a literal written as an escape.
  fileprivate func quoted() throws(EvaluationError) -> String {
    var text = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\u{7}": text += "\\a"
      case "\u{8}": text += "\\b"
      case "\u{c}": text += "\\f"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{b}": text += "\\v"
      case "\\": text += "\\\\"
      case "\"": text += "\\\""
      default: text.unicodeScalars.append(scalar)
      }
    }
    guard text.utf8.count < ValueLimit.bytes else { throw .tooLarge }
    return text + "\""
  }

  /// Where `wanted` stands in this text, from left to right without overlaps; before each character where it is empty.
  private func places(of wanted: String, atMost limit: Int) -> [Range<Int>] {
    var places: [Range<Int>] = []
    withCodeUnits(of: wanted) { text, wanted in
      var start = 0
      while places.count < limit, let place = text.firstIndex(of: wanted, from: start) {
        places.append(place..<place + wanted.count)
        start = place + wanted.count
        if wanted.isEmpty {
          // On to the next character's first byte.
          start += 1
          while start < text.count, text[start] & 0xc0 == 0x80 { start += 1 }
        }
      }
    }
    return places
  }

  fileprivate func replacing(
    _ wanted: String, by replacement: String, atMost limit: Int64
  ) throws(EvaluationError) -> String {
    let places = places(of: wanted, atMost: limit < 0 ? .max : Int(limit))
    let bytes = Array(utf8)
    let removed = places.reduce(0) { $0 + $1.count }
    guard bytes.count - removed + places.count * replacement.utf8.count <= ValueLimit.bytes else { throw .tooLarge }
    var result: [UInt8] = []
    var start = 0
    for place in places {
      result += bytes[start..<place.lowerBound]
      result += replacement.utf8
      start = place.upperBound
    }
    return String(decoding: result + bytes[start...], as: UTF8.self)
  }

  /// At most `limit` pieces, the last with all of the rest; an empty separator parts each character.
  fileprivate func split(at separator: String, atMost limit: Int64) throws(EvaluationError) -> Value {
    if limit == 0 { return .list([]) }
    if isEmpty, separator.isEmpty { return .list([]) }
    let most = limit < 0 ? Int.max : Int(limit)
    var places = places(of: separator, atMost: most)
    if separator.isEmpty {
      // What stands before the first character and behind the last parts nothing.
      places.removeAll { $0.lowerBound == 0 || $0.lowerBound == utf8.count }
    }
    places = Array(places.prefix(most - 1))
    guard places.count < ValueLimit.elements else { throw .tooLarge }
    let bytes = Array(utf8)
    var pieces: [Value] = []
    var start = 0
    for place in places {
      pieces.append(.string(String(decoding: bytes[start..<place.lowerBound], as: UTF8.self)))
      start = place.upperBound
    }
    pieces.append(.string(String(decoding: bytes[start...], as: UTF8.self)))
    return .list(pieces)
  }
}

extension [Value] {
  fileprivate func joined(by separator: String) throws(EvaluationError) -> String {
    var text = ""
    for (index, element) in enumerated() {
      guard case .string(let piece) = element else { throw .noSuchOverload }
      guard text.utf8.count + separator.utf8.count + piece.utf8.count <= ValueLimit.bytes else { throw .tooLarge }
      if index > 0 { text += separator }
      text += piece
    }
    return text
  }
}

extension Unicode.Scalar {
  fileprivate var isUpperASCII: Bool { self >= "A" && self <= "Z" }
  fileprivate var isLowerASCII: Bool { self >= "a" && self <= "z" }

  /// Within ASCII.
  fileprivate func shifted(by distance: Int) -> Unicode.Scalar {
    Unicode.Scalar(UInt8(truncatingIfNeeded: Int(value) + distance))
  }
}

extension Functions {
  static let text: [Function] = [
    test("contains") { $0.contains($1) },
    test("startsWith") { $0.starts(with: $1) },
    test("endsWith") { $0.ends(with: $1) },
    Function(
      "matches",
      // The evaluator does it, since a pattern written out is compiled once.
      [.member([.string, .string], .bool, .evaluator), .global([.string, .string], .bool, .evaluator)]),
  ]

  private static func test(
    _ name: String, _ holds: @escaping @Sendable (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool
  ) -> Function {
    Function(
      name,
      [
        .member(
          [.string, .string], .bool,
          .two { a, b throws(EvaluationError) in
            .bool(try a.text().withCodeUnits(of: b.text(), holds))
          })
      ])
  }
}

extension String {
  /// Both texts' UTF-8, copied only where it isn't in one piece already.
  func withCodeUnits<Result>(
    of other: String, _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    var (one, two) = (self, other)
    return one.withUTF8 { a in two.withUTF8 { b in body(a, b) } }
  }
}

extension UnsafeBufferPointer<UInt8> {
  func starts(with other: Self) -> Bool {
    other.count <= count && self[..<other.count].elementsEqual(other)
  }

  func ends(with other: Self) -> Bool {
    other.count <= count && self[(count - other.count)...].elementsEqual(other)
  }

  /// UTF-8 is self-synchronising: what is found as bytes is found as characters.
  func contains(_ other: Self) -> Bool { firstIndex(of: other, from: 0) != nil }

  func firstIndex(of other: Self, from start: Int) -> Int? {
    guard let first = other.first else { return start <= count ? start : nil }
    var place = start
    while place + other.count <= count {
      if self[place] == first, self[place..<place + other.count].elementsEqual(other) { return place }
      place += 1
    }
    return nil
  }
}

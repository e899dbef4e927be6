extension Functions {
  static let conversions: [Function] = [
    Function(
      "int",
      [
        .global([.int], .int, .one { $0 }),
        .global(
          [.uint], .int,
          .one { value throws(EvaluationError) in
            guard let result = Int64(exactly: try value.uint()) else { throw .outside("int") }
            return .int(result)
          }),
        .global([.double], .int, .one { value throws(EvaluationError) in .int(try value.double().truncatedToInt()) }),
        .global(
          [.string], .int,
          .one { value throws(EvaluationError) in
            let text = try value.text()
            guard let result = Int64(text), !text.hasPrefix("+") else { throw .unreadable(text, "int") }
            return .int(result)
          }),
        .global([.timestamp], .int, .one { value throws(EvaluationError) in .int(try value.timestamp().seconds) }),
        .global(
          [.duration], .int,
          .one { value throws(EvaluationError) in .int(try value.duration().nanoseconds / 1_000_000_000) }),
      ]),
    Function(
      "uint",
      [
        .global([.uint], .uint, .one { $0 }),
        .global(
          [.int], .uint,
          .one { value throws(EvaluationError) in
            guard let result = UInt64(exactly: try value.int()) else { throw .outside("uint") }
            return .uint(result)
          }),
        .global(
          [.double], .uint, .one { value throws(EvaluationError) in .uint(try value.double().truncatedToUInt()) }),
        .global(
          [.string], .uint,
          .one { value throws(EvaluationError) in
            let text = try value.text()
            guard let result = UInt64(text), text.first?.isNumber == true else { throw .unreadable(text, "uint") }
            return .uint(result)
          }),
      ]),
    Function(
      "double",
      [
        .global([.double], .double, .one { $0 }),
        .global([.int], .double, .one { value throws(EvaluationError) in .double(Double(try value.int())) }),
        .global([.uint], .double, .one { value throws(EvaluationError) in .double(Double(try value.uint())) }),
        .global(
          [.string], .double, .one { value throws(EvaluationError) in .double(try Double(reading: value.text())) }),
      ]),
    Function(
      "string",
      [
        .global([.string], .string, .one { $0 }),
        .global(
          [.bytes], .string,
          .one { value throws(EvaluationError) in
            guard let text = String(validating: try value.bytes(), as: UTF8.self) else {
              throw EvaluationError(.invalidArgument, "invalid UTF-8")
            }
            return .string(text)
          }),
      ]
        + [.bool, .int, .uint, .double, .timestamp, .duration].map { type in
          .global([type], .string, .one { .string($0.formatted) })
        }),
    Function(
      "bytes",
      [
        .global([.bytes], .bytes, .one { $0 }),
        .global([.string], .bytes, .one { value throws(EvaluationError) in .bytes(Array(try value.text().utf8)) }),
      ]),
    Function(
      "bool",
      [
        .global([.bool], .bool, .one { $0 }),
        .global([.string], .bool, .one { value throws(EvaluationError) in .bool(try Bool(reading: value.text())) }),
      ]),
    Function("dyn", [.global([.a], .dyn, .one { $0 })]),
    Function("type", [.global([.a], .type(.a), .one { .type($0.typeName) })]),
  ]
}

extension EvaluationError {
  fileprivate static func outside(_ type: String) -> EvaluationError {
    EvaluationError(.outOfRange, "range error: the value lies outside of what \(type) holds")
  }

  fileprivate static func unreadable(_ text: String, _ type: String) -> EvaluationError {
    EvaluationError(.invalidArgument, "'\(text.shortened)' can't be read as \(type)")
  }
}

extension Double {
  func truncatedToInt() throws(EvaluationError) -> Int64 {
    // 2⁶³ and -2⁶³ are excluded, as cel-spec's tests want: a double that large may have been rounded to them.
    guard self > -0x1p63, self < 0x1p63 else { throw .outside("int") }
    return Int64(self)
  }

  func truncatedToUInt() throws(EvaluationError) -> UInt64 {
    guard self > -1, self < 0x1p64 else { throw .outside("uint") }
    return UInt64(self)
  }

  fileprivate init(reading text: String) throws(EvaluationError) {
    switch text {
    case "NaN": self = .nan
    case "Infinity", "+Infinity", "Inf", "+Inf", "inf", "+inf": self = .infinity
    case "-Infinity", "-Inf", "-inf": self = -.infinity
    default:
      // No hexadecimal floats, no names.
      guard text.utf8.allSatisfy({ $0.isDigit || ".eE+-".utf8.contains($0) }), let value = Double(text) else {
        throw .unreadable(text, "double")
      }
      self = value
    }
  }
}

extension Bool {
  /// As Go's `strconv.ParseBool`, which the specification's tests follow.
  fileprivate init(reading text: String) throws(EvaluationError) {
    switch text {
    case "1", "t", "T", "true", "TRUE", "True": self = true
    case "0", "f", "F", "false", "FALSE", "False": self = false
    default: throw .unreadable(text, "bool")
    }
  }
}

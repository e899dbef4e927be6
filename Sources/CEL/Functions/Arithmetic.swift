extension Functions {
  static let arithmetic: [Function] = [add, subtract, multiply, divide, remainder, negate]

  private static let add = Function(
    "_+_",
    [
      .global([.int, .int], .int, .two { a, b throws(EvaluationError) in .int(try a.int().adding(b.int())) }),
      .global([.uint, .uint], .uint, .two { a, b throws(EvaluationError) in .uint(try a.uint().adding(b.uint())) }),
      .global(
        [.double, .double], .double, .two { a, b throws(EvaluationError) in .double(try a.double() + b.double()) }),
      .global(
        [.string, .string], .string,
        .two { a, b throws(EvaluationError) in .string(try a.text().adding(b.text())) }),
      .global(
        [.bytes, .bytes], .bytes,
        .two { a, b throws(EvaluationError) in
          let (one, other) = (try a.bytes(), try b.bytes())
          guard one.count + other.count <= ValueLimit.bytes else { throw .tooLarge }
          return .bytes(one + other)
        }),
      .global(
        [.listOfA, .listOfA], .listOfA,
        .two { a, b throws(EvaluationError) in
          let (one, other) = (try a.list(), try b.list())
          guard one.count + other.count <= ValueLimit.elements else { throw .tooLarge }
          return .list(one + other)
        }),
      .global(
        [.timestamp, .duration], .timestamp,
        .two { a, b throws(EvaluationError) in .timestamp(try a.timestamp().advanced(by: b.duration())) }),
      .global(
        [.duration, .timestamp], .timestamp,
        .two { a, b throws(EvaluationError) in .timestamp(try b.timestamp().advanced(by: a.duration())) }),
      .global(
        [.duration, .duration], .duration,
        .two { a, b throws(EvaluationError) in .duration(try a.duration().adding(b.duration())) }),
    ])

  private static let subtract = Function(
    "_-_",
    [
      .global([.int, .int], .int, .two { a, b throws(EvaluationError) in .int(try a.int().subtracting(b.int())) }),
      .global(
        [.uint, .uint], .uint, .two { a, b throws(EvaluationError) in .uint(try a.uint().subtracting(b.uint())) }),
      .global(
        [.double, .double], .double, .two { a, b throws(EvaluationError) in .double(try a.double() - b.double()) }),
      .global(
        [.timestamp, .timestamp], .duration,
        .two { a, b throws(EvaluationError) in .duration(try a.timestamp().duration(since: b.timestamp())) }),
      .global(
        [.timestamp, .duration], .timestamp,
        .two { a, b throws(EvaluationError) in .timestamp(try a.timestamp().advanced(by: b.duration().negated())) }),
      .global(
        [.duration, .duration], .duration,
        .two { a, b throws(EvaluationError) in .duration(try a.duration().subtracting(b.duration())) }),
    ])

  private static let multiply = Function(
    "_*_",
    [
      .global([.int, .int], .int, .two { a, b throws(EvaluationError) in .int(try a.int().multiplied(by: b.int())) }),
      .global(
        [.uint, .uint], .uint, .two { a, b throws(EvaluationError) in .uint(try a.uint().multiplied(by: b.uint())) }),
      .global(
        [.double, .double], .double, .two { a, b throws(EvaluationError) in .double(try a.double() * b.double()) }),
    ])

  private static let divide = Function(
    "_/_",
    [
      .global([.int, .int], .int, .two { a, b throws(EvaluationError) in .int(try a.int().divided(by: b.int())) }),
      .global(
        [.uint, .uint], .uint, .two { a, b throws(EvaluationError) in .uint(try a.uint().divided(by: b.uint())) }),
      .global(
        [.double, .double], .double, .two { a, b throws(EvaluationError) in .double(try a.double() / b.double()) }),
    ])

  private static let remainder = Function(
    "_%_",
    [
      .global([.int, .int], .int, .two { a, b throws(EvaluationError) in .int(try a.int().remainder(by: b.int())) }),
      .global(
        [.uint, .uint], .uint, .two { a, b throws(EvaluationError) in .uint(try a.uint().remainder(by: b.uint())) }),
    ])

  private static let negate = Function(
    "-_",
    [
      .global([.int], .int, .one { a throws(EvaluationError) in .int(try (0 as Int64).subtracting(a.int())) }),
      .global([.double], .double, .one { a throws(EvaluationError) in .double(-(try a.double())) }),
      .global([.duration], .duration, .one { a throws(EvaluationError) in .duration(try a.duration().negated()) }),
    ])
}

extension FixedWidthInteger {
  func adding(_ other: Self) throws(EvaluationError) -> Self {
    let (result, overflow) = addingReportingOverflow(other)
    guard !overflow else { throw .overflow }
    return result
  }

  func subtracting(_ other: Self) throws(EvaluationError) -> Self {
    let (result, overflow) = subtractingReportingOverflow(other)
    guard !overflow else { throw .overflow }
    return result
  }

  func multiplied(by other: Self) throws(EvaluationError) -> Self {
    let (result, overflow) = multipliedReportingOverflow(by: other)
    guard !overflow else { throw .overflow }
    return result
  }

  func divided(by other: Self) throws(EvaluationError) -> Self {
    guard other != 0 else { throw .divideByZero }
    let (result, overflow) = dividedReportingOverflow(by: other)
    guard !overflow else { throw .overflow }
    return result
  }

  func remainder(by other: Self) throws(EvaluationError) -> Self {
    guard other != 0 else { throw EvaluationError(.divideByZero, "modulus by zero") }
    // The lowest number by -1 overflows a division, but its remainder is 0 as for every other.
    return remainderReportingOverflow(dividingBy: other).partialValue
  }
}

extension String {
  func adding(_ other: String) throws(EvaluationError) -> String {
    guard utf8.count + other.utf8.count <= ValueLimit.bytes else { throw .tooLarge }
    return self + other
  }
}

import Glibc

/// `format` of the strings extension (cel-spec, doc/extensions/strings.md, "Format"): `%s %d %f %e %b %o %x %X %%`, a precision for `%f`
/// and `%e`.
enum Formatter {
  static func format(_ pattern: String, _ arguments: [Value]) throws(EvaluationError) -> String {
    var result = ""
    var rest = pattern.unicodeScalars[...]
    var next = 0
    while let scalar = rest.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      guard let following = rest.first else { throw mistake("unexpected end of the format string") }
      if following == "%" {
        rest.removeFirst()
        result += "%"
        continue
      }
      let precision = try precision(&rest)
      guard let verb = rest.popFirst() else { throw mistake("unexpected end of the format string") }
      guard arguments.indices.contains(next) else {
        throw EvaluationError(.invalidArgument, "index \(next) out of range")
      }
      result += try write(arguments[next], as: verb, precision)
      guard result.utf8.count <= ValueLimit.bytes else { throw .tooLarge }
      next += 1
    }
    return result
  }

  private static func mistake(_ what: String) -> EvaluationError {
    EvaluationError(.invalidArgument, "error during formatting: " + what)
  }

  private static func precision(_ rest: inout Substring.UnicodeScalarView) throws(EvaluationError) -> Int? {
    guard rest.first == "." else { return nil }
    rest.removeFirst()
    var digits = ""
    while let digit = rest.first, "0"..."9" ~= digit {
      digits.unicodeScalars.append(digit)
      rest.removeFirst()
    }
    guard let precision = Int(digits), precision <= 100 else {
      throw mistake("a precision must be a number from 0 to 100")
    }
    return precision
  }

  private static func write(
    _ value: Value, as verb: Unicode.Scalar, _ precision: Int?
  ) throws(EvaluationError) -> String {
    switch verb {
    case "s": return value.formatted
    case "d": return try decimal(value)
    case "f": return try pointed(value, "f", precision, "fixed-point")
    case "e": return try pointed(value, "e", precision, "scientific")
    case "b":
      if case .bool(let flag) = value { return flag ? "1" : "0" }
      guard let text = radix(value, 2) else {
        throw mistake("only integers and bools can be formatted as binary, was given \(value.typeName)")
      }
      return text
    case "o":
      guard let text = radix(value, 8) else {
        throw mistake("octal clause can only be used on integers, was given \(value.typeName)")
      }
      return text
    case "x", "X":
      let text = try hexadecimal(value)
      return verb == "X" ? text.uppercased() : text
    default: throw mistake("unrecognized formatting clause \"\(verb)\"")
    }
  }

  private static func decimal(_ value: Value) throws(EvaluationError) -> String {
    switch value {
    case .int, .uint: return value.formatted
    case .double(let number) where !number.isFinite: return number.shortestText
    default: throw mistake("decimal clause can only be used on integers, was given \(value.typeName)")
    }
  }

  /// With exactly so many digits behind the point, of the number's exact decimal value, halves to the even digit.
  private static func pointed(
    _ value: Value, _ verb: String, _ precision: Int?, _ clause: String
  ) throws(EvaluationError) -> String {
    let number: Double
    switch value {
    case .double(let double): number = double
    case .int(let int): number = Double(int)
    case .uint(let uint): number = Double(uint)
    default: throw mistake("\(clause) clause can only be used on doubles, was given \(value.typeName)")
    }
    guard number.isFinite else { return number.shortestText }
    // The longest: 309 digits, a point, 100 more.
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer in
      _ = withVaList([Int32(precision ?? 6), number]) { vsnprintf(buffer.baseAddress, 512, "%.*" + verb, $0) }
      return buffer.baseAddress.map { String(cString: $0) } ?? ""
    }
  }

  private static func hexadecimal(_ value: Value) throws(EvaluationError) -> String {
    switch value {
    case .string(let text): return hexadecimal(text.utf8)
    case .bytes(let bytes): return hexadecimal(bytes)
    default:
      guard let text = radix(value, 16) else {
        throw mistake("only integers, byte buffers, and strings can be formatted as hex, was given \(value.typeName)")
      }
      return text
    }
  }

  private static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func radix(_ value: Value, _ radix: Int) -> String? {
    switch value {
    case .int(let number): String(number, radix: radix)
    case .uint(let number): String(number, radix: radix)
    default: nil
    }
  }
}

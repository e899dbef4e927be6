import CEL
import Testing

@Suite struct FunctionTests {
  @Test(arguments: [
    "size('mañana') == 6 && 'ab'.size() == 2 && size(b'abc') == 3 && [1, 2].size() == 2 && {}.size() == 0",
    "-7 / 2 == -3 && -7 % 2 == -1 && 7u % 4u == 3u", "-9223372036854775808 % -1 == 0",
    "int('-9223372036854775808') == -9223372036854775808", "int(-1.9) == -1 && uint(1.9) == 1u",
    "double('1e3') == 1000.0 && double('Infinity') > 1e308",
    "string(1.0) == '1' && string(0.1) == '0.1' && string(-0.0) == '-0'",
    "string(1e20) == '100000000000000000000' && string(1e21) == '1e+21'",
    "string(1e-6) == '0.000001' && string(1.5e-7) == '1.5e-7'",
    "string(123456789.125) == '123456789.125' && string(5e-324) == '5e-324'",
    "string(1.7976931348623157e308) == '1.7976931348623157e+308'",
    "bytes('ä') == b'\\xc3\\xa4' && string(b'\\xc3\\xa4') == 'ä'", "bool('True') && !bool('f')",
    "'abcabc'.contains('cab') && !'abc'.contains('abcd') && 'abc'.endsWith('bc') && !'a'.endsWith('aa')",
    "3 in [1, 2, 3] && !('x' in ['y']) && 'k' in {'k': 1}", "[1, 2, 3][dyn(1u)] == 2",
    "'a-b-c'.split('-') == ['a', 'b', 'c'] && 'a-b-c'.split('-', 2) == ['a', 'b-c'] && 'añb'.split('') == ['a', 'ñ', 'b']",
    "''.split(',') == [''] && 'abc'.split('', 2) == ['a', 'bc']",
    "'banana'.replace('an', 'x') == 'bxxa' && 'aa'.replace('a', 'b', 1) == 'ba'",
    "'ab'.replace('', '-') == '-a-b-' && 'aä'.replace('', '-') == '-a-ä-'",
    "['a', 'b'].join(', ') == 'a, b' && ['x'].join() == 'x'",
    "'tacocat'.lastIndexOf('at') == 5 && 'aaa'.indexOf('aa', 1) == 1 && 'abc'.indexOf('d') == -1 && 'a'.indexOf('ab') == -1",
    "'Ab'.lowerAscii() == 'ab' && 'äb'.upperAscii() == 'äB' && 'abc'.reverse() == 'cba' && ' a '.trim() == 'a'",
    "strings.quote('a\"\\n') == '\"a\\\\\"\\\\n\"'", "'%.2f %5%'.size() > 0 || true",
    "'%s %d %.1f %e %b %o %x %X'.format(['a', 1, 2.25, 1500.0, 5, 8, 255, 'K']) == 'a 1 2.2 1.500000e+03 101 10 ff 4B'",
    "'%s'.format([[1, 'a', {'b': 2u, 'a': null}, duration('90s'), b'x', 1.5, true, int]]) == '[1, a, {a: null, b: 2}, 90s, x, 1.5, true, int]'",
    "'%x'.format([-255]) == '-ff' && '%b'.format([true]) == '1'",
    "math.greatest(1, 2.5, 2u) == 2.5 && math.least([3, 1, 2]) == 1 && math.greatest(4) == 4",
    "math.abs(-3) == 3 && math.sign(-2.5) == -1.0",
    "math.round(2.5) == 3.0 && math.trunc(-2.5) == -2.0 && math.ceil(1.1) == 2.0 && math.floor(-1.1) == -2.0",
    "math.bitShiftRight(-1, 63) == 1 && math.bitShiftLeft(1, 64) == 0 && math.bitNot(0u) == 18446744073709551615u",
    "math.sqrt(16.0) == 4.0",
    "base64.encode(b'ab') == 'YWI=' && base64.decode('YWI') == b'ab'",
    "optional.none().orValue(1) == 1 && optional.of(2).optMap(x, x * 2).value() == 4 && optional.ofNonZeroValue('') == optional.none()",
    "{'a': {'b': 1}}.?a.?b.orValue(0) == 1 && {'a': 1}[?'b'].hasValue() == false && [1][?5] == optional.none()",
    "optional.of(1).or(optional.of(2)).value() == 1 && optional.unwrap([optional.of(1), optional.none()]) == [1]",
    "type(type(1)) == type && type(timestamp(0)) == google.protobuf.Timestamp && type(null) == null_type",
  ])
  func functionsGiveWhatTheSpecificationSays(_ text: String) throws { #expect(try holds(text)) }

  @Test(arguments: [
    ("9223372036854775807 + 1", EvaluationError.Code.overflow), ("-(-9223372036854775808)", .overflow),
    ("0u - 1u", .overflow),
    ("-9223372036854775808 / -1", .overflow), ("1 / 0", .divideByZero), ("1u % 0u", .divideByZero),
    ("int('1.5')", .invalidArgument),
    ("int('+1')", .invalidArgument), ("uint('-1')", .invalidArgument), ("double('0x1p3')", .invalidArgument),
    ("int(9223372036854775807.0)", .outOfRange), ("int(0.0 / 0.0)", .outOfRange), ("uint(-1)", .outOfRange),
    ("uint(1e20)", .outOfRange),
    ("string(b'\\xff')", .invalidArgument), ("bool('yes')", .invalidArgument), ("[1][1]", .invalidArgument),
    ("[1][-1]", .invalidArgument),
    ("{'a': 1}.b", .noSuchKey), ("1 + 1.0", .noSuchOverload), ("!1", .noSuchOverload), ("1.a", .noSuchOverload),
    ("'abc'.substring(2, 1)", .invalidArgument), ("'%d'.format(['a'])", .invalidArgument),
    ("'%'.format([1])", .invalidArgument),
    ("'%q'.format([1])", .invalidArgument), ("math.abs(-9223372036854775808)", .overflow),
    ("math.bitShiftLeft(1, -1)", .invalidArgument),
    ("base64.decode('?')", .invalidArgument), ("optional.none().value()", .invalidArgument),
    ("nowhere", .undeclaredReference),
    ("nothing(1)", .unboundFunction), ("math.greatest([])", .invalidArgument),
  ])
  func mistakesHaveTheirCodes(_ text: String, _ code: EvaluationError.Code) throws {
    #expect(try failure(text)?.code == code)
  }

  @Test func anErrorStandsWhereItHappened() throws {
    let error = try failure("1 + 2 + [3][7]")
    #expect(error?.span == 8..<14 || error?.span == 11..<14 || error?.span == 12..<13)
    #expect(try failure("true && 7 / 0 == 1")?.message == "divide by zero")
  }
}

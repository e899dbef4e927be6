import CEL
import Testing

@Suite struct EqualityTests {
  @Test(arguments: [
    "dyn(1) == 1u && dyn(1u) == 1.0 && dyn(1.0) == 1", "dyn(9007199254740993) != 9007199254740992.0",
    "dyn(18446744073709551615u) != 18446744073709551616.0", "dyn(-1) != 18446744073709551615u",
    "dyn(9223372036854775807) != 9223372036854775808.0", "0.0 == -0.0", "0.0 / 0.0 != 0.0 / 0.0",
    "![0.0 / 0.0].exists(x, x == x)", "dyn([1, 2.0, 3u]) == [1u, 2, 3.0]",
    "{1: 'a', 2u: 'b'} == {2: 'b', 1.0 == 1.0 ? 1 : 2: 'a'}",
    "dyn(1) != '1'", "null == null", "dyn(null) != 0", "b'abc' == b'abc' && b'abc' != b'abd'",
    "type(1) == int && type(1u) != int && type([1]) == type(['a'])", "optional.of(1) == optional.of(dyn(1.0))",
  ])
  func numbersAreEqualByWorthExactly(_ text: String) throws { #expect(try holds(text)) }

  @Test func textIsComparedByCodePointsNotNormalised() throws {
    #expect(try !holds("a == b", ["a": .string("\u{e9}"), "b": .string("e\u{301}")]))
    #expect(try holds("{'\u{e9}': 1}.size() == 1 && !('e\u{301}' in {'\u{e9}': 1})"))
  }

  @Test(arguments: [
    "dyn(9007199254740992.0) < 9007199254740993", "dyn(-1) < 0u", "dyn(18446744073709551615u) < 18446744073709551616.0",
    "dyn(9223372036854775807) < 9223372036854775808.0", "dyn(-9223372036854775808) >= -9223372036854775808.0",
    "dyn(1) < 1.5",
    "dyn(2u) > 1.5", "dyn(-1.5) < -1", "'a' < 'b' && 'Z' < 'a' && '\u{ffff}' < '\u{10000}'", "b'a' < b'ab'",
    "false < true",
    "timestamp(1) < timestamp(2)", "duration('1s') < duration('1m')", "!(0.0 / 0.0 < 1.0) && !(0.0 / 0.0 >= 1.0)",
    "dyn(1.0 / 0.0) > 9223372036854775807", "!(dyn(0.0 / 0.0) < 1)",
  ])
  func valuesAreOrderedByWorthExactly(_ text: String) throws { #expect(try holds(text)) }

  @Test func whatHasNoOrderIsAnError() throws {
    #expect(try failure("[1] < [2]")?.code == .noSuchOverload)
    #expect(try failure("'a' < 1")?.code == .noSuchOverload)
  }
}

@Suite struct MapTests {
  @Test func keysAreFoundByNumbersOfAnyType() throws {
    #expect(try holds("{1: 'a', 2u: 'b'}[dyn(1.0)] == 'a' && {1: 'a', 2u: 'b'}[2] == 'b' && 1u in {1: 0}"))
    #expect(try failure("{1: 'a'}[dyn(1.5)]")?.code == .noSuchKey)
  }

  @Test func orderOfInsertionIsKept() throws {
    #expect(try holds("{'z': 1, 'a': 2, 'm': 3}.map(k, k) == ['z', 'a', 'm']"))
    let keys = (0..<40).map { "'k\(39 - $0)'" }
    let entries = keys.map { "\($0): 1" }.joined(separator: ", ")
    #expect(try holds("{\(entries)}.map(k, k) == [\(keys.joined(separator: ", "))]"))
  }

  @Test func aKeyStandsOnlyOnce() throws {
    #expect(try failure("{1: 'a', 1u: 'b'}")?.code == .repeatedKey)
    #expect(try failure("{'a': 1, 'a': 2}")?.code == .repeatedKey)
  }

  @Test func onlyPlainValuesAreKeys() throws {
    #expect(try failure("{1.5: 1}")?.code == .unsupportedKeyType)
    #expect(try failure("{[1]: 1}")?.code == .unsupportedKeyType)
  }
}

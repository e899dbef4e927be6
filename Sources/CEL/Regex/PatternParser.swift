/// Reads RE2's syntax.
struct PatternParser {
  private var rest: Substring.UnicodeScalarView
  private var flags = Flags()
  private var depth = 0

  private struct Flags {
    var ignoresCase = false
    /// `^` and `$` hold at lines, too.
    var isMultiline = false
    var dotTakesNewline = false
  }

  private static let deepest = 100
  private static let mostRepetitions = 1000
  private static let longest = 65_536

  init(_ text: String) {
    rest = Substring(text).unicodeScalars
  }

  mutating func parse() throws(PatternError) -> PatternTree {
    guard rest.count <= Self.longest else { throw PatternError("it is longer than \(Self.longest) characters") }
    let tree = try parseChoice()
    guard rest.isEmpty else { throw PatternError("there is a ')' too many") }
    return tree
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard rest.first == scalar else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func take(_ text: String) -> Bool {
    guard rest.starts(with: text.unicodeScalars) else { return false }
    rest.removeFirst(text.unicodeScalars.count)
    return true
  }

  private mutating func parseChoice() throws(PatternError) -> PatternTree {
    var branches = [try parseSequence()]
    while take("|") { branches.append(try parseSequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func parseSequence() throws(PatternError) -> PatternTree {
    var parts: [PatternTree] = []
    while let scalar = rest.first, scalar != "|", scalar != ")" {
      if take("\\Q") {
        parts += try quoted()
        continue
      }
      guard let atom = try parseAtom() else { continue }
      parts.append(try parseRepetition(of: atom))
    }
    return parts.isEmpty ? .empty : .sequence(parts)
  }

  /// Up to `\E` or the end, everything stands for itself; what repeats behind that repeats the last character.
  private mutating func quoted() throws(PatternError) -> [PatternTree] {
    var parts: [PatternTree] = []
    while !rest.isEmpty, !take("\\E") { parts.append(character(rest.removeFirst())) }
    if let last = parts.popLast() { parts.append(try parseRepetition(of: last)) }
    return parts
  }

  private func character(_ scalar: Unicode.Scalar) -> PatternTree { set(CharacterSet([scalar.value...scalar.value])) }

  private func set(_ set: CharacterSet) -> PatternTree { .character(flags.ignoresCase ? set.ignoringCase() : set) }

  private mutating func parseRepetition(of atom: PatternTree) throws(PatternError) -> PatternTree {
    guard let (least, most) = try takeCount() else { return atom }
    // Whether it takes as much or as little as it can changes nothing here.
    _ = take("?")
    let ahead = self
    if try takeCount() != nil { throw PatternError("a repetition can't be repeated without a group") }
    self = ahead
    return .repetition(atom, least: least, most: most)
  }

  private mutating func takeCount() throws(PatternError) -> (least: Int, most: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    guard rest.first == "{" else { return nil }
    let before = rest
    rest.removeFirst()
    var most: Int?
    guard let least = takeNumber() else {
      rest = before
      return nil
    }
    if take(",") { most = takeNumber() } else { most = least }
    guard take("}") else {
      // A brace that counts nothing stands for itself.
      rest = before
      return nil
    }
    guard least <= Self.mostRepetitions, most ?? 0 <= Self.mostRepetitions else {
      throw PatternError("a repetition may count to \(Self.mostRepetitions) at most")
    }
    guard most.map({ $0 >= least }) ?? true else { throw PatternError("a repetition's bounds are the wrong way round") }
    return (least, most)
  }

  private mutating func takeNumber() -> Int? {
    var digits = ""
    while let digit = rest.first, "0"..."9" ~= digit {
      digits.unicodeScalars.append(digit)
      rest.removeFirst()
    }
    // More digits than fit are as much too large as the largest.
    return digits.isEmpty ? nil : Int(digits) ?? .max
  }

  /// Nil for what only changes flags.
  private mutating func parseAtom() throws(PatternError) -> PatternTree? {
    let scalar = rest.removeFirst()
    switch scalar {
    case "(": return try parseGroup()
    case "[": return try parseClass()
    case ".": return .character(flags.dotTakesNewline ? .any : .anyButNewline)
    case "^": return .assertion(flags.isMultiline ? .lineStart : .textStart)
    case "$": return .assertion(flags.isMultiline ? .lineEnd : .textEnd)
    case "\\": return try parseEscape()
    case "*", "+", "?": throw PatternError("there is nothing before '\(scalar)' to repeat")
    default:
      return character(scalar)
    }
  }

  private mutating func parseGroup() throws(PatternError) -> PatternTree? {
    let outer = flags
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw PatternError("its groups are nested deeper than \(Self.deepest)") }
    if take("?") {
      if take("P<") || take("<") {
        var isNamed = false
        while let scalar = rest.first, CharacterSet.word.contains(scalar) {
          rest.removeFirst()
          isNamed = true
        }
        guard isNamed, take(">") else {
          throw PatternError("a group's name must be letters, digits and '_' before '>'")
        }
      } else if try !parseFlags() {
        return nil
      }
    }
    let tree = try parseChoice()
    guard take(")") else { throw PatternError("a ')' is missing") }
    flags = outer
    // Stands for one thing, whatever is in it.
    return .sequence([tree])
  }

  /// Behind `(?`, up to `:` or `)`. False for the latter: the flags hold from here on, and nothing is grouped.
  private mutating func parseFlags() throws(PatternError) -> Bool {
    var isOn = true
    while let flag = rest.popFirst() {
      switch flag {
      case "i": flags.ignoresCase = isOn
      case "m": flags.isMultiline = isOn
      case "s": flags.dotTakesNewline = isOn
      case "U": break
      case "-" where isOn: isOn = false
      case ":": return true
      case ")": return false
      default: throw PatternError("there is no flag '\(flag)'; lookaround isn't supported")
      }
    }
    throw PatternError("a ')' is missing")
  }

  private mutating func parseEscape() throws(PatternError) -> PatternTree {
    switch rest.first {
    case "A": return assertion(.textStart)
    case "z": return assertion(.textEnd)
    case "b": return assertion(.wordBoundary)
    case "B": return assertion(.noWordBoundary)
    default:
      if let set = try takeEscapedSet() { return self.set(set) }
      return character(try takeEscapedScalar())
    }
  }

  private mutating func assertion(_ assertion: Pattern.Assertion) -> PatternTree {
    rest.removeFirst()
    return .assertion(assertion)
  }

  /// Behind a backslash: `d`, `W`, `p{Lu}`; nil for what is one character.
  private mutating func takeEscapedSet() throws(PatternError) -> CharacterSet? {
    let set: CharacterSet
    switch rest.first {
    case "d": set = .digit
    case "D": set = CharacterSet.digit.negated()
    case "s": set = .space
    case "S": set = CharacterSet.space.negated()
    case "w": set = .word
    case "W": set = CharacterSet.word.negated()
    case "p", "P": return try takeCategory()
    default: return nil
    }
    rest.removeFirst()
    return set
  }

  private mutating func takeCategory() throws(PatternError) -> CharacterSet {
    var isNegated = rest.removeFirst() == "P"
    var name = ""
    if take("{") {
      if take("^") { isNegated.toggle() }
      while let scalar = rest.first, scalar != "}" {
        name.unicodeScalars.append(scalar)
        rest.removeFirst()
      }
      guard take("}") else { throw PatternError("a '}' is missing") }
    } else if let scalar = rest.popFirst() {
      name.unicodeScalars.append(scalar)
    }
    guard let mask = GeneralCategories.mask(named: name) else {
      throw PatternError("there is no general category '\(name.shortened)', such as 'L' or 'Nd'")
    }
    let set = CharacterSet([], categories: mask)
    return isNegated ? set.negated() : set
  }

  /// Behind a backslash: the one character that it stands for.
  private mutating func takeEscapedScalar() throws(PatternError) -> Unicode.Scalar {
    guard let scalar = rest.popFirst() else { throw PatternError("it ends in a backslash") }
    switch scalar {
    case "a": return "\u{7}"
    case "f": return "\u{c}"
    case "t": return "\t"
    case "n": return "\n"
    case "r": return "\r"
    case "v": return "\u{b}"
    case "x": return try takeHexadecimal()
    case "0"..."7":
      // One digit that isn't 0 would refer back to a group, which an automaton can't.
      guard scalar == "0" || (rest.first.map { "0"..."7" ~= $0 } ?? false) else { break }
      var value = scalar.value - 48
      for _ in 0..<2 {
        guard let digit = rest.first, "0"..."7" ~= digit else { break }
        value = value * 8 + digit.value - 48
        rest.removeFirst()
      }
      return Unicode.Scalar(value) ?? "\0"
    default:
      if scalar.isASCII, !CharacterSet.word.contains(scalar) { return scalar }
    }
    throw PatternError("there is no escape '\\\(scalar)'")
  }

  private mutating func takeHexadecimal() throws(PatternError) -> Unicode.Scalar {
    var digits = ""
    if take("{") {
      while let digit = rest.first, digit != "}", digits.utf8.count < 8 {
        digits.unicodeScalars.append(digit)
        rest.removeFirst()
      }
      guard take("}") else { throw PatternError("'\\x{' needs a '}'") }
    } else {
      for _ in 0..<2 {
        if let digit = rest.popFirst() { digits.unicodeScalars.append(digit) }
      }
      guard digits.utf8.count == 2 else { throw PatternError("'\\x' needs two hexadecimal digits") }
    }
    guard digits.first != "+", let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value) else {
      throw PatternError("'\\x' needs the hexadecimal number of a character")
    }
    return scalar
  }

  /// Behind `[`.
  private mutating func parseClass() throws(PatternError) -> PatternTree {
    let isNegated = take("^")
    var result = CharacterSet([])
    var isFirst = true
    while isFirst || rest.first != "]" {
      isFirst = false
      guard !rest.isEmpty else { throw PatternError("a ']' is missing") }
      let part: CharacterSet
      if let named = try takePOSIXClass() {
        part = named
      } else {
        part = try takeClassPart()
      }
      guard let joined = result.union(part) else { throw PatternError("this class can't be negated within another") }
      result = joined
    }
    rest.removeFirst()
    if flags.ignoresCase { result = result.ignoringCase() }
    return .character(isNegated ? result.negated() : result)
  }

  private mutating func takeClassPart() throws(PatternError) -> CharacterSet {
    if take("\\") {
      if let set = try takeEscapedSet() { return set }
      return try takeRange(from: takeEscapedScalar())
    }
    return try takeRange(from: rest.removeFirst())
  }

  private mutating func takeRange(from low: Unicode.Scalar) throws(PatternError) -> CharacterSet {
    let before = rest
    guard take("-"), let next = rest.first, next != "]" else {
      rest = before
      return CharacterSet([low.value...low.value])
    }
    rest.removeFirst()
    let high = next == "\\" ? try takeEscapedScalar() : next
    guard low <= high else { throw PatternError("the range '\(low)-\(high)' is the wrong way round") }
    return CharacterSet([low.value...high.value])
  }

  /// `[:alpha:]`, `[:^digit:]`.
  private mutating func takePOSIXClass() throws(PatternError) -> CharacterSet? {
    let before = rest
    guard take("[:") else { return nil }
    let isNegated = take("^")
    var name = ""
    while let scalar = rest.first, scalar != ":", name.utf8.count < 8 {
      name.unicodeScalars.append(scalar)
      rest.removeFirst()
    }
    guard take(":]") else {
      rest = before
      return nil
    }
    guard let ranges = Self.posix[name] else { throw PatternError("there is no class '[:\(name):]'") }
    let set = CharacterSet(ranges)
    return isNegated ? set.negated() : set
  }

  private static let posix: [String: [ClosedRange<UInt32>]] = [
    "alnum": [0x30...0x39, 0x41...0x5a, 0x61...0x7a], "alpha": [0x41...0x5a, 0x61...0x7a], "ascii": [0...0x7f],
    "blank": [9...9, 32...32], "cntrl": [0...0x1f, 0x7f...0x7f], "digit": [0x30...0x39], "graph": [0x21...0x7e],
    "lower": [0x61...0x7a], "print": [0x20...0x7e], "punct": [0x21...0x2f, 0x3a...0x40, 0x5b...0x60, 0x7b...0x7e],
    "space": [9...13, 32...32], "upper": [0x41...0x5a],
    "word": [0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a], "xdigit": [0x30...0x39, 0x41...0x46, 0x61...0x66],
  ]
}

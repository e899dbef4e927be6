/// Some of the Unicode scalars: ranges, and whole general categories.
struct CharacterSet: Sendable {
  /// Ascending, without overlaps, once normalised.
  private(set) var ranges: [ClosedRange<UInt32>]
  /// A bit for each general category of which all scalars are in the set.
  private var categories: UInt32 = 0
  private var isNegated = false
  /// The answers for ASCII, which most text is.
  private var low: UInt64 = 0
  private var high: UInt64 = 0

  private static let last: UInt32 = 0x10ffff

  init(_ ranges: [ClosedRange<UInt32>], categories: UInt32 = 0) {
    self.ranges = Self.normalised(ranges)
    self.categories = categories
    fillASCII()
  }

  static let any = CharacterSet([0...last])
  static let anyButNewline = CharacterSet([10...10]).negated()
  static let digit = CharacterSet([0x30...0x39])
  /// `\s`: without the vertical tab, as RE2 has it.
  static let space = CharacterSet([9...10, 12...13, 32...32])
  static let word = CharacterSet([0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a])

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    let value = scalar.value
    if value < 64 { return low >> value & 1 == 1 }
    if value < 128 { return high >> (value - 64) & 1 == 1 }
    return lists(scalar) != isNegated
  }

  private func lists(_ scalar: Unicode.Scalar) -> Bool {
    if categories != 0, categories >> GeneralCategories.bit(of: scalar.properties.generalCategory) & 1 == 1 {
      return true
    }
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(scalar.value)
  }

  func negated() -> CharacterSet {
    var set = self
    set.isNegated.toggle()
    set.fillASCII()
    return set
  }

  /// What is in either. Ranges of one that is negated are written out; categories of it, too, as all of the others.
  func union(_ other: CharacterSet) -> CharacterSet? {
    guard let one = plain, let two = other.plain else { return nil }
    return CharacterSet(one.ranges + two.ranges, categories: one.categories | two.categories)
  }

  /// The same without negation; nil for negated ranges together with negated categories, which parsing never joins.
  private var plain: CharacterSet? {
    guard isNegated else { return self }
    if categories != 0 {
      guard ranges.isEmpty else { return nil }
      return CharacterSet([], categories: ~categories & GeneralCategories.all)
    }
    var gaps: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { gaps.append(next...(range.lowerBound - 1)) }
      next = range.upperBound + 1
    }
    if next <= Self.last { gaps.append(next...Self.last) }
    return CharacterSet(gaps)
  }

  /// With every other case of its letters.
  func ignoringCase() -> CharacterSet {
    guard let set = plain else { return self }
    var more = set.ranges
    for range in set.ranges { CaseFolding.forEachVariant(of: range) { more.append($0...$0) } }
    return CharacterSet(more, categories: set.categories)
  }

  private mutating func fillASCII() {
    (low, high) = (0, 0)
    for value in 0..<128 as Range<UInt8> {
      guard lists(Unicode.Scalar(value)) != isNegated else { continue }
      if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
    }
  }

  private static func normalised(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var result: [ClosedRange<UInt32>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = result.last, range.lowerBound <= last.upperBound &+ 1 {
        result[result.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        result.append(range)
      }
    }
    return result
  }
}

/// Letters that differ only in case.
private enum CaseFolding {
  /// Each scalar that has others, ascending, with them.
  private static let variants: [(scalar: UInt32, others: [UInt32])] = {
    var groups: [UInt32: [UInt32]] = [:]
    // Cased letters end before U+1E944.
    for value in 0..<0x1e944 as Range<UInt32> {
      guard let scalar = Unicode.Scalar(value), scalar.properties.isCased || value < 128 else { continue }
      guard let key = single(scalar.properties.uppercaseMapping).flatMap({ single($0.properties.lowercaseMapping) })
      else {
        continue
      }
      groups[key.value, default: []].append(value)
    }
    return groups.values.filter { $0.count > 1 }
      .flatMap { group in group.map { scalar in (scalar, group.filter { $0 != scalar }) } }
      .sorted { $0.scalar < $1.scalar }
  }()

  private static func single(_ text: String) -> Unicode.Scalar? {
    text.unicodeScalars.count == 1 ? text.unicodeScalars.first : nil
  }

  static func forEachVariant(of range: ClosedRange<UInt32>, _ body: (UInt32) -> Void) {
    var low = 0
    var high = variants.count
    while low < high {
      let middle = (low + high) / 2
      if variants[middle].scalar < range.lowerBound { low = middle + 1 } else { high = middle }
    }
    while low < variants.count, variants[low].scalar <= range.upperBound {
      variants[low].others.forEach(body)
      low += 1
    }
  }
}

/// Unicode's general categories by their short names.
enum GeneralCategories {
  private static let names: [(name: String, category: Unicode.GeneralCategory)] = [
    ("Lu", .uppercaseLetter), ("Ll", .lowercaseLetter), ("Lt", .titlecaseLetter), ("Lm", .modifierLetter),
    ("Lo", .otherLetter),
    ("Mn", .nonspacingMark), ("Mc", .spacingMark), ("Me", .enclosingMark), ("Nd", .decimalNumber),
    ("Nl", .letterNumber),
    ("No", .otherNumber), ("Pc", .connectorPunctuation), ("Pd", .dashPunctuation), ("Ps", .openPunctuation),
    ("Pe", .closePunctuation), ("Pi", .initialPunctuation), ("Pf", .finalPunctuation), ("Po", .otherPunctuation),
    ("Sm", .mathSymbol), ("Sc", .currencySymbol), ("Sk", .modifierSymbol), ("So", .otherSymbol),
    ("Zs", .spaceSeparator),
    ("Zl", .lineSeparator), ("Zp", .paragraphSeparator), ("Cc", .control), ("Cf", .format), ("Cs", .surrogate),
    ("Co", .privateUse), ("Cn", .unassigned),
  ]

  static let all: UInt32 = 1 << UInt32(names.count) - 1

  static func bit(of category: Unicode.GeneralCategory) -> UInt32 {
    UInt32(names.firstIndex { $0.category == category } ?? names.count - 1)
  }

  /// Of `Lu`, or of `L`: all that start with it. Nil where there is none.
  static func mask(named name: String) -> UInt32? {
    if name == "Any" { return all }
    guard (1...2).contains(name.utf8.count) else { return nil }
    var mask: UInt32 = 0
    for (index, entry) in names.enumerated() where entry.name.hasPrefix(name) { mask |= 1 << UInt32(index) }
    return mask == 0 ? nil : mask
  }
}

/// What a line looks like, as a technician writes it: `{status},{kind},{weight:number}{unit}`.
///
/// - `{name}`: text up to what stands behind it in the pattern, or to the line's end; it may be empty. `{}` is passed over.
/// - `{name:number}`: a decimal number, with blanks before it and between its sign and its digits.
/// - `{name:8}`: so many characters, whatever they are.
/// - A blank: one or more spaces or tabs. `{{` and `}}`: a brace. Everything else stands for itself.
///
/// The whole line must match, but for blanks at its ends. Each element takes what it takes without looking back, so that the time is
/// proportional to the line, whatever the line.
struct LinePattern: Hashable, Sendable {
  enum Element: Hashable, Sendable {
    case literal([UInt8])
    case blanks
    case text(String?)
    case number(String?)
    case fixed(String?, count: Int)

    /// The field's name, of those that have one.
    var name: String? {
      switch self {
      case .literal, .blanks: nil
      case .text(let name), .number(let name), .fixed(let name, _): name
      }
    }
  }

  /// A text is followed by a literal, blanks or nothing; a number by anything but a number.
  let elements: [Element]

  var names: [String] { elements.compactMap(\.name) }

  /// The fields of a line without blanks around them; `nil` where the line doesn't match.
  func fields(of line: ArraySlice<UInt8>) -> [String: ArraySlice<UInt8>]? {
    let whole = line.trimmingBlanks
    var rest = whole
    var fields: [String: ArraySlice<UInt8>] = [:]
    for (index, element) in elements.enumerated() {
      let taken: ArraySlice<UInt8>
      switch element {
      case .literal(let bytes):
        guard rest.starts(with: bytes) else { return nil }
        taken = rest.prefix(bytes.count)
      case .blanks:
        taken = rest.prefix { $0.isBlank }
        // At the ends they were taken away.
        guard !taken.isEmpty || rest.isEmpty || rest.startIndex == whole.startIndex else { return nil }
      case .number:
        guard let number = Self.number(rest) else { return nil }
        taken = number
      case .fixed(_, let count):
        // Blanks at the line's end were taken away.
        guard rest.count >= count || index == elements.count - 1 else { return nil }
        taken = rest.prefix(count)
      case .text: taken = text(rest, before: index + 1 < elements.count ? elements[index + 1] : nil)
      }
      rest = rest[taken.endIndex...]
      if let name = element.name { fields[name] = taken.trimmingBlanks }
    }
    return rest.isEmpty ? fields : nil
  }

  private func text(_ rest: ArraySlice<UInt8>, before next: Element?) -> ArraySlice<UInt8> {
    switch next {
    case .literal(let bytes): rest[..<(rest.firstRange(of: bytes)?.lowerBound ?? rest.endIndex)]
    case .blanks: rest.prefix { !$0.isBlank }
    case .text, .number, .fixed, nil: rest
    }
  }

  /// The decimal number with which the bytes begin.
  private static func number(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var rest = bytes.drop { $0.isBlank }
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
      rest = rest.dropFirst().drop { $0.isBlank }
    }
    let whole = rest.prefix { $0.isDigit }
    rest = rest[whole.endIndex...]
    var decimals = rest.prefix(0)
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      decimals = rest.prefix { $0.isDigit }
      rest = rest[decimals.endIndex...]
    }
    return whole.isEmpty && decimals.isEmpty ? nil : bytes[..<rest.startIndex]
  }
}

/// A regular expression of RE2's syntax (github.com/google/re2/wiki/Syntax), for searching; what matches where isn't told, only whether.
///
/// An automaton steps through the text once, with all of the places in the pattern that it may be at (Thompson, "Regular Expression Search
/// Algorithm", 1968): time grows with the length of the text times that of the pattern, whatever the pattern is.
///
/// Limits: nesting 100, repetition 1,000, 10,000 steps of the automaton. Not there: `\C`, and Unicode scripts in `\p{…}`, only general
/// categories.
struct Pattern: Sendable {
  private let program: [Instruction]

  /// How many places the automaton has.
  var size: Int { program.count }

  init(_ text: String) throws(PatternError) {
    var parser = PatternParser(text)
    program = try PatternCompiler.compile(parser.parse())
  }

  enum Instruction: Sendable {
    /// One character of these.
    case character(CharacterSet)
    case assertion(Assertion)
    case split(Int, Int)
    case jump(Int)
    case match
  }

  enum Assertion: Sendable {
    case textStart, textEnd, lineStart, lineEnd, wordBoundary, noWordBoundary

    func holds(between before: Unicode.Scalar?, and after: Unicode.Scalar?) -> Bool {
      switch self {
      case .textStart: before == nil
      case .textEnd: after == nil
      case .lineStart: before == nil || before == "\n"
      case .lineEnd: after == nil || after == "\n"
      case .wordBoundary: Self.isWord(before) != Self.isWord(after)
      case .noWordBoundary: Self.isWord(before) == Self.isWord(after)
      }
    }

    private static func isWord(_ scalar: Unicode.Scalar?) -> Bool { scalar.map(CharacterSet.word.contains) ?? false }
  }

  /// Whether some part of `text` matches.
  func matches(in text: String) -> Bool {
    var search = Search(program)
    var before: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      if search.enter(0, before, scalar) { return true }
      if search.step(over: scalar) { return true }
      before = scalar
    }
    return search.enter(0, before, nil)
  }

  /// The places that the automaton is at.
  private struct Search {
    private let program: [Instruction]
    /// Places that wait for a character, and that were entered to find those.
    private var waiting: [Int] = []
    private var entered: [Int]
    private var round = 1
    /// Places after the character, whose assertions wait for what follows it.
    private var next: [Int] = []
    private var stack: [Int] = []

    init(_ program: [Instruction]) {
      self.program = program
      entered = Array(repeating: 0, count: program.count)
    }

    /// Goes on from `start` and from where the last step led, as far as no character is needed. True where that is the pattern's end.
    mutating func enter(_ start: Int, _ before: Unicode.Scalar?, _ after: Unicode.Scalar?) -> Bool {
      stack.append(start)
      for place in next { stack.append(place) }
      next.removeAll(keepingCapacity: true)
      while let place = stack.popLast() {
        guard entered[place] != round else { continue }
        entered[place] = round
        switch program[place] {
        case .character: waiting.append(place)
        case .assertion(let assertion):
          if assertion.holds(between: before, and: after) { stack.append(place + 1) }
        case .split(let one, let other):
          stack.append(one)
          stack.append(other)
        case .jump(let target): stack.append(target)
        case .match: return true
        }
      }
      return false
    }

    /// True where the pattern's end is reached.
    mutating func step(over scalar: Unicode.Scalar) -> Bool {
      for place in waiting {
        if case .character(let set) = program[place], set.contains(scalar) {
          if case .match = program[place + 1] { return true }
          next.append(place + 1)
        }
      }
      waiting.removeAll(keepingCapacity: true)
      round += 1
      return false
    }
  }
}

/// What is wrong with a pattern.
struct PatternError: Error {
  /// Without a capital letter or a full stop, to stand in a sentence.
  var message: String

  init(_ message: String) { self.message = message }
}

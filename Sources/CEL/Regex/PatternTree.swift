/// A pattern as it was read. Greed and groups don't change whether something matches, so they leave no trace.
indirect enum PatternTree {
  case empty
  case character(CharacterSet)
  case assertion(Pattern.Assertion)
  case sequence([PatternTree])
  case choice([PatternTree])
  /// `most` is nil for any number.
  case repetition(PatternTree, least: Int, most: Int?)
}

/// Makes the automaton of a tree.
struct PatternCompiler {
  private static let mostInstructions = 10_000

  private var program: [Pattern.Instruction] = []

  static func compile(_ tree: PatternTree) throws(PatternError) -> [Pattern.Instruction] {
    var compiler = PatternCompiler()
    try compiler.add(tree)
    try compiler.emit(.match)
    return compiler.program
  }

  private mutating func emit(_ instruction: Pattern.Instruction) throws(PatternError) {
    guard program.count < Self.mostInstructions else {
      throw PatternError("it is too large once repetitions are written out")
    }
    program.append(instruction)
  }

  private mutating func add(_ tree: PatternTree) throws(PatternError) {
    switch tree {
    case .empty: break
    case .character(let set): try emit(.character(set))
    case .assertion(let assertion): try emit(.assertion(assertion))
    case .sequence(let parts): for part in parts { try add(part) }
    case .choice(let branches):
      var ends: [Int] = []
      for (index, branch) in branches.enumerated() {
        guard index < branches.count - 1 else {
          try add(branch)
          break
        }
        let split = program.count
        try emit(.split(split + 1, split + 1))
        try add(branch)
        ends.append(program.count)
        try emit(.jump(0))
        program[split] = .split(split + 1, program.count)
      }
      for end in ends { program[end] = .jump(program.count) }
    case .repetition(let part, let least, let most):
      for _ in 0..<least { try addCounted(part) }
      guard let most else {
        let split = program.count
        try emit(.split(split + 1, split + 1))
        try add(part)
        try emit(.jump(split))
        program[split] = .split(split + 1, program.count)
        return
      }
      var splits: [Int] = []
      for _ in least..<max(least, most) {
        splits.append(program.count)
        try emit(.split(program.count + 1, program.count + 1))
        try addCounted(part)
      }
      for split in splits { program[split] = .split(split + 1, program.count) }
    }
  }

  /// Each repetition counts, so that nested ones of nothing, `(((){1000}){1000}){1000}`, end soon, too.
  private mutating func addCounted(_ part: PatternTree) throws(PatternError) {
    let before = program.count
    try add(part)
    if program.count == before { try emit(.jump(program.count + 1)) }
  }
}

/// A compiled expression, ready to be evaluated any number of times, from any thread.
///
/// Ordinary conditions (numbers, booleans, comparisons, `&&`, `||`, `?:`, texts compared with texts) are evaluated without allocating.
/// One evaluation takes at most `limits.cost` steps of the environment that it was compiled in, and no deeper stack than its tree is deep.
public struct Program: Sendable {
  private let root: any Node
  private let localCount: Int
  private let cost: Int
  /// What it gives, as the checker found; `dyn` where nothing was checked.
  public let resultType: ValueType
  /// The slots that evaluation may ask for, ascending.
  public let slots: [Int]
  /// What is certain to fail when it is evaluated, although names and types are right: a literal pattern that is none.
  public let problems: [Problem]

  public init(compiling checked: CheckedExpression, in environment: Environment) {
    var compiler = Compiler(checked, environment)
    root = RoomyStack.run(checked.root.isDeeper(than: RoomyStack.plainDepth)) { compiler.compile(checked.root) }
    localCount = compiler.localCount
    cost = environment.limits.cost
    resultType = checked.resultType
    slots = compiler.slots.sorted()
    problems = compiler.problems
  }

  public func evaluate<Store: Slots>(_ slots: borrowing Store) throws(EvaluationError) -> Value {
    var frame = Frame(locals: localCount, cost: cost)
    return try root.value(slots, &frame)
  }

  /// A condition's answer; `noSuchOverload` where the value is no `bool`.
  public func evaluateBool<Store: Slots>(_ slots: borrowing Store) throws(EvaluationError) -> Bool {
    var frame = Frame(locals: localCount, cost: cost)
    return try root.bool(slots, &frame)
  }

  /// `noSuchOverload` where the value is no `double`.
  public func evaluateDouble<Store: Slots>(_ slots: borrowing Store) throws(EvaluationError) -> Double {
    var frame = Frame(locals: localCount, cost: cost)
    return try root.double(slots, &frame)
  }
}

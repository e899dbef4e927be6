import CAllocations
import CEL
import Testing

/// What a host with fixed slots has: nothing is made when they are read.
private struct Store: Slots {
  func value(_ slot: Int) throws(EvaluationError) -> Value {
    switch slot {
    case 0: .double(30)
    case 1: .bool(true)
    case 2: .string("open")
    case 3: .int(5)
    default: throw EvaluationError(.unknown, "no value yet")
    }
  }
}

private var isUnoptimised: Bool {
  #if DEBUG
    true
  #else
    false
  #endif
}

@Suite struct AllocationTests {
  private static let names = ["gps.speed", "inside", "door.state", "count", "missing"]
  private static let types: [ValueType] = [.double, .bool, .string, .int, .double]

  /// With the types that a checker would find for these conditions' operands.
  private func typed(_ text: String) throws -> Program {
    var environment = Environment()
    for (slot, name) in Self.names.enumerated() {
      environment.variables[name] = Variable(Self.types[slot], slot: slot)
    }
    var resolver = Resolver(environment)
    let root = resolver.resolve(try Parser.parse(text, environment).get())
    var types: [Int: ValueType] = [:]
    func visit(_ node: Expression) {
      switch node.kind {
      case .identifier(let name): types[node.id] = environment.variables[name]?.type
      case .literal(.double): types[node.id] = .double
      case .literal(.int): types[node.id] = .int
      case .call(_, let target, let arguments):
        if let target { visit(target) }
        arguments.forEach(visit)
        // Arithmetic has its operands' type.
        types[node.id] = arguments.first.flatMap { types[$0.id] }
      default: break
      }
    }
    visit(root)
    return Program(
      compiling: CheckedExpression(root: root, types: types, references: resolver.references, resultType: .bool),
      in: environment)
  }

  @Test(arguments: [
    "gps.speed > 25.0 && inside", "gps.speed < 25.0 || !inside", "inside ? gps.speed >= 1.0 : false",
    "gps.speed * 3.6 - 2.0 > 25.0", "door.state == 'open'", "door.state != 'closed' && count > 3",
    "count * 2 + 1 == 11",
    "inside || missing > 1.0",
  ])
  func ordinaryConditionsAllocateNothing(_ text: String) throws {
    try expectNoAllocation(text)
  }

  /// Only where the compiler optimises; `waypost-bench conditions` is, and holds them to it, too.
  @Test(
    .enabled(if: !isUnoptimised, "an unoptimised build boxes errors and iterators"),
    arguments: ["door.state in ['shut', 'open']", "missing > 1.0 || inside", "door.state.startsWith('op')"])
  func absorbedErrorsAndMembershipAllocateNothing(_ text: String) throws {
    try expectNoAllocation(text)
  }

  private func expectNoAllocation(_ text: String) throws {
    let program = try typed(text)
    let store = Store()
    _ = try program.evaluateBool(store)
    let before = allocations()
    for _ in 0..<100 { _ = try program.evaluateBool(store) }
    #expect(allocations() - before == 0)
  }

  @Test func allocationsAreCounted() {
    let before = allocations()
    guard before >= 0 else { return }
    let array = Array(0..<1000)
    #expect(array.count == 1000)
    #expect(allocations() > before)
  }
}

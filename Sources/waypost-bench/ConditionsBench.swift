import ArgumentParser
import CAllocations
import CEL

/// What a condition costs: to compile it, and each time that it is evaluated, with every signal known.
///
/// Fails where evaluation allocates: ordinary conditions may not.
struct ConditionsBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conditions", abstract: "Time and allocations of conditions, by default a typical one.")

  @Option(help: "Evaluations of each, a tenth of it compilations, five times; the best round counts.") var rounds =
    200_000
  @Flag(help: "Conditions may allocate, such as those with macros.") var mayAllocate = false
  @Argument(help: "CEL over gps.speed, reefer.temperature, engine.running, door.state, zone_a and count.")
  var conditions = ["gps.speed > 25.0 && zone_a"]

  /// A host with fixed slots.
  private struct Store: Slots {
    static let names: [(String, ValueType)] = [
      ("gps.speed", .double), ("reefer.temperature", .double), ("engine.running", .bool), ("door.state", .string),
      ("zone_a", .bool), ("count", .int),
    ]
    var speed = 30.0

    func value(_ slot: Int) throws(EvaluationError) -> Value {
      switch slot {
      case 0: .double(speed)
      case 1: .double(-12.5)
      case 2: .bool(true)
      case 3: .string("open")
      case 4: .bool(true)
      case 5: .int(3)
      default: throw EvaluationError(.unknown, "no such slot")
      }
    }
  }

  func run() throws {
    var environment = Environment()
    for (slot, (name, type)) in Store.names.enumerated() { environment.variables[name] = Variable(type, slot: slot) }
    var allocating: [String] = []
    for (index, text) in conditions.enumerated() {
      let program = try compile(text, environment)
      let store = Store()
      let before = allocations()
      for _ in 0..<1000 { _ = try program.evaluateBool(store) }
      let allocated = Double(allocations() - before) / 1000
      if allocated >= 1 { allocating.append(text) }
      let evaluated = try best(of: rounds) { _ = try program.evaluateBool(store) }
      let compiled = try best(of: rounds / 100) { _ = try compile(text, environment) }
      report("evaluate_\(index)", evaluated, "ns")
      report("compile_\(index)", compiled / 1000, "us")
      report("allocations_\(index)", allocated, "blocks")
    }
    guard mayAllocate || allocating.isEmpty else {
      throw ValidationError("evaluation allocates: " + allocating.joined(separator: ", "))
    }
  }

  private func compile(_ text: String, _ environment: Environment) throws -> Program {
    Program(compiling: try Checker.compile(text, environment).get(), in: environment)
  }

  /// Nanoseconds of one.
  private func best(of count: Int, _ body: () throws -> Void) throws -> Double {
    var best = Double.infinity
    for _ in 0..<5 {
      let start = ContinuousClock.now
      for _ in 0..<count { try body() }
      best = min(best, (ContinuousClock.now - start) / .nanoseconds(1) / Double(count))
    }
    return best
  }
}

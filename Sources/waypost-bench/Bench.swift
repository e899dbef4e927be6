import ArgumentParser

/// Measures what `docs/performance.md` states; `make bench` runs it. Built, not packaged.
@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "waypost-bench",
    abstract: "Measures Waypost; each subcommand prints `name value unit` lines, or JSON.",
    subcommands: [
      JournalBench.self, AppendBench.self, FlashBench.self, LatencyBench.self, DrainBench.self, ConditionsBench.self,
      ReductionBench.self, ZonesBench.self,
      ReloadBench.self, ModbusBench.self,
    ])
}

/// One figure, a line.
func report(_ name: String, _ value: Double, _ unit: String) {
  let scaled = (value * 1000).rounded() / 1000
  print("\(name) \(scaled) \(unit)")
}

import Model

/// What the engine remembers of a rule; so far only what `waypost status` tells.
struct RuleState: Hashable, Sendable {
  /// How often it was set off.
  var firings: UInt64 = 0
  var lastFired: EngineTime?

  func write(to writer: inout PackedWriter) {
    writer.write(firings)
    writer.write(optional: lastFired) { $0.write($1.nanoseconds) }
  }

  init() {}

  init(from reader: inout PackedReader) throws(PackingError) {
    firings = try reader.unsigned()
    lastFired = try reader.optional { reader throws(PackingError) in EngineTime(nanoseconds: try reader.signed()) }
  }
}

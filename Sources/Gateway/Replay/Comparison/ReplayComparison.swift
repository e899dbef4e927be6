public import Model
import Rules

/// What two rule sets do differently with the same drives.
public struct ReplayComparison: Sendable {
  /// One rule set, over all drives.
  public struct Side: Sendable, Hashable {
    /// For people.
    public var name: String
    public var events = 0
    /// Positions that would be sent.
    public var positions = 0
    /// All that would be sent, events included.
    public var records = 0
    /// As JSON messages in batches, bytes.
    public var bytes = 0
    /// The same with `compress: deflate`.
    public var deflated = 0
    /// Programs that would be run in the hooks folder.
    public var hooks = 0
    /// Values that would be written to actuators.
    public var writes = 0
    /// How far the positions sent are from the real track.
    public var redraw = RedrawError()
  }

  /// What a run did.
  public enum Deed: Sendable {
    case event(Event)
    case write(ActuatorWrite)

    public var isWrite: Bool { if case .write = self { true } else { false } }
  }

  /// An event or a write that isn't the same by both.
  public struct Difference: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
      /// Only the first rule set does it.
      case onlyA = "only_a"
      /// Only the second does.
      case onlyB = "only_b"
      /// Both do, at different times.
      case moved
      /// Both do, at the same time, with another severity, other data or another value.
      case changed
    }

    public var kind: Kind
    /// The drive's name.
    public var drive: String
    /// When: on the drive's own axis, by the first rule set where it has it.
    public var time: Timestamp
    /// As the first rule set has it, or as the only one does.
    public var deed: Deed
    /// As the second has it, where both do.
    public var other: Deed?
    /// By how much later the second has it; negative: earlier.
    public var shift: Interval
  }

  public private(set) var a: Side
  public private(set) var b: Side
  /// Drive by drive, events before writes, each in order of time.
  public private(set) var differences: [Difference] = []
  /// Events that are the same by both.
  public private(set) var same = 0
  /// Writes that are the same by both.
  public private(set) var sameWrites = 0

  /// - Parameters: Two runs over the same drives, finished.
  public init(_ a: ReplayMap.Run, _ b: ReplayMap.Run) {
    self.a = Self.side(a)
    self.b = Self.side(b)
    for (first, second) in zip(a.traces, b.traces) {
      let events = EventMatch.matches(first.events, second.events)
      let writes = WriteMatch.matches(first.writes, second.writes)
      same += events.count { !$0.isDifference }
      sameWrites += writes.count { !$0.isDifference }
      differences += events.compactMap { Self.difference($0, drive: first.name) { .event($0.event) } }
      differences += writes.compactMap { Self.difference($0, drive: first.name) { .write($0.write) } }
    }
  }

  /// True where both would do the same: the same events and writes, and the same number of records and bytes.
  public var isSame: Bool {
    guard differences.isEmpty else { return false }
    var renamed = b
    renamed.name = a.name
    return a == renamed
  }

  /// How many of the events, or of the writes, differ in that way.
  public func count(_ kind: Difference.Kind, writes: Bool = false) -> Int {
    differences.count { $0.kind == kind && $0.deed.isWrite == writes }
  }

  /// `nil` where they are the same.
  private static func difference<Item>(_ match: Match<Item>, drive: String, _ deed: (Item) -> Deed) -> Difference? {
    guard match.isDifference else { return nil }
    let time = Timestamp(milliseconds: match.milliseconds)
    switch match {
    case .both(let a, let b):
      return Difference(
        kind: match.shift == 0 ? .changed : .moved, drive: drive, time: time, deed: deed(a), other: deed(b),
        shift: .milliseconds(match.shift))
    case .onlyA(let item):
      return Difference(kind: .onlyA, drive: drive, time: time, deed: deed(item), other: nil, shift: .zero)
    case .onlyB(let item):
      return Difference(kind: .onlyB, drive: drive, time: time, deed: deed(item), other: nil, shift: .zero)
    }
  }

  private static func side(_ run: ReplayMap.Run) -> Side {
    var side = Side(name: run.name)
    for trace in run.traces {
      side.events += trace.events.count
      side.positions += trace.sent.count
      side.records += trace.messages.records
      side.bytes += trace.messages.bytes
      side.deflated += trace.messages.deflated
      side.hooks += trace.hooks
      side.writes += trace.writes.count
      side.redraw.formUnion(trace.redraw)
    }
    return side
  }
}

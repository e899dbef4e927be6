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
    /// How far the positions sent are from the real track.
    public var redraw = RedrawError()
  }

  /// An event that isn't the same by both.
  public struct Difference: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
      /// Only the first rule set raises it.
      case onlyA = "only_a"
      /// Only the second does.
      case onlyB = "only_b"
      /// Both do, at different times.
      case moved
      /// Both do, at the same time, with another severity or other data.
      case changed
    }

    public var kind: Kind
    /// The drive's name.
    public var drive: String
    /// When: on the drive's own axis, by the first rule set where it has it.
    public var time: Timestamp
    /// As the first rule set raises it, or as the only one does.
    public var event: Event
    /// As the second raises it, where both do.
    public var other: Event?
    /// By how much later the second has it; negative: earlier.
    public var shift: Interval
  }

  public private(set) var a: Side
  public private(set) var b: Side
  /// Drive by drive, in order of time.
  public private(set) var differences: [Difference] = []
  /// Events that are the same by both.
  public private(set) var same = 0

  /// - Parameters: Two runs over the same drives, finished.
  public init(_ a: ReplayMap.Run, _ b: ReplayMap.Run) {
    self.a = Self.side(a)
    self.b = Self.side(b)
    for (first, second) in zip(a.traces, b.traces) {
      for match in EventMatch.matches(first.events, second.events) {
        guard match.isDifference else {
          same += 1
          continue
        }
        differences.append(Self.difference(match, drive: first.name))
      }
    }
  }

  /// True where both would do the same: the same events, and the same number of records and bytes.
  public var isSame: Bool {
    guard differences.isEmpty else { return false }
    var renamed = b
    renamed.name = a.name
    return a == renamed
  }

  /// How many differences are of that kind.
  public func count(_ kind: Difference.Kind) -> Int { differences.count { $0.kind == kind } }

  private static func difference(_ match: EventMatch, drive: String) -> Difference {
    let time = Timestamp(milliseconds: match.milliseconds)
    switch match {
    case .both(let a, let b):
      return Difference(
        kind: match.shift == 0 ? .changed : .moved, drive: drive, time: time, event: a.event, other: b.event,
        shift: .milliseconds(match.shift))
    case .onlyA(let event):
      return Difference(kind: .onlyA, drive: drive, time: time, event: event.event, other: nil, shift: .zero)
    case .onlyB(let event):
      return Difference(kind: .onlyB, drive: drive, time: time, event: event.event, other: nil, shift: .zero)
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
      side.redraw.formUnion(trace.redraw)
    }
    return side
  }
}

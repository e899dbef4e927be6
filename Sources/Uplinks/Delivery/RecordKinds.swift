public import Model

/// A set of kinds of records.
public struct RecordKinds: OptionSet, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  public init(_ kind: Record.Kind) { rawValue = 1 << UInt16(kind.rawValue) }

  public static let all = RecordKinds(Record.Kind.allCases)

  public init(_ kinds: some Sequence<Record.Kind>) {
    self = kinds.reduce(into: RecordKinds(rawValue: 0)) { $0.insert(RecordKinds($1)) }
  }

  public func contains(_ kind: Record.Kind) -> Bool { contains(RecordKinds(kind)) }

  /// The lanes that hold records of these kinds.
  public var lanes: LaneSet {
    Record.Kind.allCases.reduce(into: LaneSet()) { lanes, kind in
      if contains(kind) { lanes.insert(LaneSet(kind.lane)) }
    }
  }
}

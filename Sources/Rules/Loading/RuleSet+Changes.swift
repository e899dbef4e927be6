/// How one set of rules differs from another, for people.
public struct RuleSetChanges: Hashable, Sendable {
  /// Names, in the order of the set that has them.
  public struct Names: Hashable, Sendable {
    public var added: [String] = []
    public var changed: [String] = []
    public var removed: [String] = []

    public init() {}

    /// Compares by name; `text` tells what two of one name say.
    public init<Item>(
      from old: [Item], to new: [Item], name: (Item) -> String, text: (Item) -> String
    ) {
      let before = Dictionary(old.map { (name($0), text($0)) }, uniquingKeysWith: { first, _ in first })
      let after = Set(new.map(name))
      for item in new {
        guard let known = before[name(item)] else {
          added.append(name(item))
          continue
        }
        if known != text(item) { changed.append(name(item)) }
      }
      removed = old.map(name).filter { !after.contains($0) }
    }

    public var isEmpty: Bool { added.isEmpty && changed.isEmpty && removed.isEmpty }
  }

  public var rules = Names()
  public var zones = Names()
  /// What is reported when.
  public var reports = false

  public init() {}
}

extension RuleSet {
  /// What is otherwise here than in `old`.
  public func changes(from old: RuleSet) -> RuleSetChanges {
    var changes = RuleSetChanges()
    changes.rules = .init(from: old.rules, to: rules, name: \.name, text: \.canonical)
    changes.zones = .init(from: old.zones, to: zones, name: \.id, text: \.canonical)
    changes.reports = old.policiesFingerprint != policiesFingerprint
    return changes
  }
}

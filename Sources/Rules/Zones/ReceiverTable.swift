import Model

/// The devices that give positions: each has an order of its own in its fixes.
struct ReceiverTable: Sendable {
  private(set) var names: [String] = []
  private(set) var orders: [FixOrder] = []
  /// The newest usable fix, in order or not, for `waypost status`; not part of the state.
  private(set) var newest: [Position?] = []
  var dirty = DirtyList(count: 0)
  private var indices: [String: Int] = [:]

  /// A gateway has one or two receivers.
  static let limit = 256

  mutating func judge(_ position: Position, of device: String, at time: EngineTime) -> FixOrder.Verdict {
    guard let index = index(of: device) else { return .keptOut }
    newest[index] = position
    let before = orders[index]
    let verdict = orders[index].judge(position, at: time)
    if orders[index] != before { dirty.mark(index) }
    return verdict
  }

  mutating func restore(_ order: FixOrder, of device: String) {
    guard let index = index(of: device) else { return }
    orders[index] = order
  }

  /// Over a reload.
  mutating func keepNewest(of other: ReceiverTable) {
    for (name, position) in zip(other.names, other.newest) {
      if let index = index(of: name) { newest[index] = position }
    }
  }

  func order(of device: String) -> FixOrder? { indices[device].map { orders[$0] } }

  private mutating func index(of device: String) -> Int? {
    if let index = indices[device] { return index }
    guard names.count < Self.limit else { return nil }
    indices[device] = names.count
    names.append(device)
    orders.append(FixOrder())
    newest.append(nil)
    return names.count - 1
  }
}

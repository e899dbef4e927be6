import Model

/// The slots of a rule set, by number: compiled expressions speak of slots by it.
struct SlotTable: Sendable {
  private(set) var slots: [Slot] = []
  /// False for a name that could be read and no expression does.
  private(set) var isRead: [Bool] = []
  private var numbers: [Slot: Int] = [:]

  init() {}

  init(reading slots: [Slot]) {
    for slot in slots { markRead(intern(slot)) }
  }

  /// Finds or makes the slot's number.
  @discardableResult
  mutating func intern(_ slot: Slot) -> Int {
    if let number = numbers[slot] { return number }
    numbers[slot] = slots.count
    slots.append(slot)
    isRead.append(false)
    return slots.count - 1
  }

  mutating func markRead(_ number: Int) { isRead[number] = true }

  func number(of slot: Slot) -> Int? { numbers[slot] }

  /// Those that some expression reads, in the order of their numbers.
  var read: [Slot] { slots.indices.filter { isRead[$0] }.map { slots[$0] } }
}

import Model

/// Which devices answer, as far as they said; by name, in the order of their first word.
struct DeviceTable: Sendable {
  private(set) var names: [String] = []
  private(set) var states: [DeviceState] = []
  var dirty = DirtyList(count: 0)
  private var indices: [String: Int] = [:]

  struct DeviceState: Hashable, Sendable {
    var isUp: Bool
    var reason: String?
  }

  /// A gateway has a few dozen devices.
  static let limit = 4096

  /// Notes a device's word; false where it says nothing new.
  mutating func set(_ name: String, isUp: Bool, reason: String?) -> Bool {
    let state = DeviceState(isUp: isUp, reason: reason)
    if let index = indices[name] {
      guard states[index] != state else { return false }
      states[index] = state
      dirty.mark(index)
      return true
    }
    guard names.count < Self.limit else { return true }
    indices[name] = names.count
    dirty.mark(names.count)
    names.append(name)
    states.append(state)
    return true
  }
}

extension DeviceTable.DeviceState {
  func write(to writer: inout PackedWriter) {
    writer.write(isUp)
    writer.write(optional: reason) { $0.write($1) }
  }

  init(from reader: inout PackedReader) throws(PackingError) {
    isUp = try reader.bool()
    reason = try reader.optional { reader throws(PackingError) in try reader.string() }
  }
}

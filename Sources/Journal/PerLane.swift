import Model

/// A value for each lane.
///
/// Four values side by side and not a `SIMD4`, which has to lie at a multiple of 32: where one lived across an `await`, the compiler
/// (Swift 6.3.1) gave the function's frame no room for that, and the heap was damaged.
struct PerLane<Value: Hashable & Sendable>: Hashable, Sendable {
  private var event: Value
  private var position: Value
  private var reading: Value
  private var other: Value

  init(repeating value: Value) {
    event = value
    position = value
    reading = value
    other = value
  }

  subscript(_ lane: Lane) -> Value {
    get {
      switch lane {
      case .event: event
      case .position: position
      case .reading: reading
      case .other: other
      }
    }
    set {
      switch lane {
      case .event: event = newValue
      case .position: position = newValue
      case .reading: reading = newValue
      case .other: other = newValue
      }
    }
  }
}

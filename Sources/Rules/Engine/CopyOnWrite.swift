/// A large value behind one reference: handing it around costs no more than counting that, and it is copied only where it is changed while somebody
/// else has it still.
@propertyWrapper
struct CopyOnWrite<Value: Sendable>: @unchecked Sendable {
  /// Nobody changes what is stored while there is more than one reference to it, whence the wrapper is as sendable as the value.
  private final class Storage {
    /// Not a property of its own, which would be guarded against overlapping accesses at run time; the wrapper's are checked when it is compiled.
    let place: UnsafeMutablePointer<Value>

    init(_ value: Value) {
      place = .allocate(capacity: 1)
      place.initialize(to: value)
    }

    deinit {
      place.deinitialize(count: 1)
      place.deallocate()
    }
  }

  private var storage: Storage

  init(wrappedValue: Value) { storage = Storage(wrappedValue) }

  var wrappedValue: Value {
    @inline(__always) _read { yield storage.place.pointee }
    @inline(__always) _modify {
      if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.place.pointee) }
      yield &storage.place.pointee
    }
  }
}

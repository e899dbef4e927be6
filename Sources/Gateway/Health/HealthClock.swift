import Model

/// When the gateway looks after itself: each minute for the rules that ask for it, and so often for a `health` record.
struct HealthClock {
  static let kind = "health"
  /// How often rules get what they read of the box.
  static let readEvery: Int64 = 60_000_000_000

  /// `nil`: no records.
  var every: Interval?
  /// When the last record was made; kept, so that a box that is started again and again tells all the same.
  private(set) var last: EngineTime?
  private var readDue: Int64 = 0

  init(every: Interval?, last: EngineTime?) {
    self.every = every
    self.last = last
  }

  /// Whether it is time to read; counts as done.
  mutating func readsNow(at bootTime: Int64) -> Bool {
    guard bootTime >= readDue else { return false }
    readDue = bootTime + Self.readEvery
    return true
  }

  /// Whether a record is due. The first one is so long after the first time that this was asked.
  mutating func isDue(at time: EngineTime) -> Bool {
    guard let every else { return false }
    guard let last else {
      self.last = time
      return false
    }
    return time - last >= every
  }

  mutating func told(at time: EngineTime) -> StateRow {
    last = time
    var writer = PackedWriter()
    writer.write(time.nanoseconds)
    return StateRow(kind: Self.kind, name: "last", value: writer.bytes)
  }

  /// The boot clock at which something falls due, nanoseconds.
  /// - Parameter boot: of a moment of engine time.
  func deadline(boot: (EngineTime) -> Int64) -> Int64 {
    guard let every, let last else { return readDue }
    return min(readDue, boot(last + every))
  }

  static func last(in row: StateRow?) -> EngineTime? {
    guard let value = row?.value else { return nil }
    var reader = PackedReader(value)
    do throws(PackingError) {
      return EngineTime(nanoseconds: try reader.signed())
    } catch {
      return nil
    }
  }
}

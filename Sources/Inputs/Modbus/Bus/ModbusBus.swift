import Glibc
import Model
import Synchronization
import Threads

/// A bus that runs while there are devices on it: what its thread and those who talk to it share.
final class ModbusBus: Sendable {
  /// What the thread is asked to do.
  enum Command: Sendable {
    case join(BusSession.Member, BusUnit.Settings)
    case leave(BusSession.Member)
    case pace(BusSession.Member, Interval?)
    case write(UInt64, BusSession.Member, String, Value, deadline: Int64)
  }

  private struct Seat {
    var device: String
    /// `nil` once the device has left: nothing of it comes any more.
    var sink: (any ObservationSink)?
    var connection: ModbusConnection
    var whenLeft: CheckedContinuation<Void, Never>?
    var hasLeft = false
    /// True once the thread has been told of it, which otherwise forgets it at the end.
    var isLeaving = false
  }

  private struct State {
    var commands: [Command] = []
    var seats: [BusSession.Member: Seat] = [:]
    var writes: [UInt64: (member: BusSession.Member, waiter: CheckedContinuation<WriteOutcome, Never>)] = [:]
    var last = 0
    var lastWrite: UInt64 = 0
    var isRunning = false

    func hasWrites(of member: BusSession.Member) -> Bool { writes.values.contains { $0.member == member } }
  }

  private let state = Mutex(State())
  /// Readable while there is a command that the thread hasn't taken.
  let wakeDescriptor: Int32
  private let waker: Int32

  init() throws(DeviceThread.Failure) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw DeviceThread.Failure(call: "socketpair", code: errno) }
    wakeDescriptor = ends[0]
    waker = ends[1]
  }

  deinit {
    close(wakeDescriptor)
    close(waker)
  }

  // MARK: For devices

  /// Reads the device until the task is cancelled.
  func serve(
    _ unit: BusUnit.Settings, over connection: ModbusConnection, into sink: any ObservationSink,
    joined: (BusSession.Member) -> Void
  ) async throws(DeviceThread.Failure) {
    let member = try join(unit, connection, sink)
    joined(member)
    await withTaskCancellationHandler {
      await withCheckedContinuation { waiter in
        let hasLeft = state.withLock { state in
          guard state.seats[member]?.hasLeft == false else { return true }
          state.seats[member]?.whenLeft = waiter
          return false
        }
        if hasLeft { waiter.resume() }
      }
    } onCancel: {
      leave(member)
    }
    state.withLock { $0.seats[member] = nil }
  }

  private func join(
    _ unit: BusUnit.Settings, _ connection: ModbusConnection, _ sink: any ObservationSink
  ) throws(DeviceThread.Failure) -> BusSession.Member {
    let (member, starts) = state.withLock { state in
      state.last += 1
      state.seats[state.last] = Seat(device: unit.device, sink: sink, connection: connection)
      state.commands.append(.join(state.last, unit))
      defer { state.isRunning = true }
      return (state.last, !state.isRunning)
    }
    guard starts else {
      wake()
      return member
    }
    do throws(DedicatedThread.Failure) {
      try DedicatedThread.start(name: "modbus \(unit.device)", stackSize: 1 << 20) {
        var thread = BusThread(self, connection)
        thread.run()
      }
    } catch {
      state.withLock { state in
        state.isRunning = false
        state.seats[member] = nil
        state.commands = []
      }
      throw DeviceThread.Failure(call: "pthread_create", code: error.code)
    }
    return member
  }

  /// How long a device waits for its last requests when it leaves.
  private static let patience = Duration.milliseconds(800)

  private func leave(_ member: BusSession.Member) {
    let hasWrites = state.withLock { state in
      state.seats[member]?.sink = nil
      state.seats[member]?.isLeaving = true
      state.commands.append(.leave(member))
      return state.hasWrites(of: member)
    }
    wake()
    guard hasWrites else { return left(member) }
    // A pulse is taken back first, for which the thread may have to wait until a name is found or a frame ends.
    Task {
      do {
        try await Task.sleep(for: Self.patience)
      } catch {
        // Only a cancelled task is woken early, and nobody has hold of this one.
        assertionFailure("\(error)")
      }
      left(member)
    }
  }

  func setPace(_ member: BusSession.Member, _ every: Interval?) {
    state.withLock { $0.commands.append(.pace(member, every)) }
    wake()
  }

  func write(
    _ member: BusSession.Member, _ metric: String, _ value: Value, before deadline: Int64
  ) async -> WriteOutcome {
    await withCheckedContinuation { waiter in
      let isThere = state.withLock { state in
        guard state.seats[member]?.isLeaving == false else { return false }
        state.lastWrite += 1
        state.writes[state.lastWrite] = (member, waiter)
        state.commands.append(.write(state.lastWrite, member, metric, value, deadline: deadline))
        return true
      }
      if isThere { wake() } else { waiter.resume(returning: .failed(reason: "stopped")) }
    }
  }

  private func wake() {
    var byte: UInt8 = 0
    // It fails where there is no room, and then it is readable.
    _ = Glibc.write(waker, &byte, 1)
  }

  private func drain() {
    var bytes = [UInt8](repeating: 0, count: 256)
    while read(wakeDescriptor, &bytes, bytes.count) == bytes.count {}
  }

  // MARK: For the thread

  /// All that came in since, in order.
  func commands() -> [Command] {
    drain()
    return state.withLock { state in
      defer { state.commands = [] }
      return state.commands
    }
  }

  /// True where what the thread waits for should be given up: the last device leaves, or one that may have a pulse to be taken back.
  func isUrgent() -> Bool {
    drain()
    return state.withLock { state in
      let leaving = state.seats.filter(\.value.isLeaving)
      return leaving.count == state.seats.count || leaving.keys.contains { state.hasWrites(of: $0) }
    }
  }

  func submit(_ member: BusSession.Member, _ arrival: Arrival) {
    // Within the lock: once a device has left, nothing of it is still on its way.
    state.withLock { _ = $0.seats[member]?.sink?.submit(arrival) }
  }

  func finish(_ write: UInt64, _ outcome: WriteOutcome) {
    state.withLock { $0.writes.removeValue(forKey: write) }?.waiter.resume(returning: outcome)
  }

  func name(of member: BusSession.Member) -> String { state.withLock { $0.seats[member]?.device ?? "" } }

  func left(_ member: BusSession.Member) {
    let waiter = state.withLock { state in
      state.seats[member]?.hasLeft = true
      defer { state.seats[member]?.whenLeft = nil }
      return state.seats[member]?.whenLeft
    }
    waiter?.resume()
  }

  /// The bus has no devices any more and its line is closed.
  /// - Returns: How the device is reached that came meanwhile; `nil`: the thread ends.
  func end(_ connection: ModbusConnection) -> ModbusConnection? {
    let (next, stranded) = state.withLock { state in
      let next = state.seats.filter { !$0.value.isLeaving }.min { $0.key < $1.key }?.value.connection
      if next == nil {
        state.isRunning = false
        // Those that came and went in one.
        state.commands = []
      }
      let stranded = next == nil ? state.writes.values.map(\.waiter) : []
      if next == nil { state.writes = [:] }
      return (next, stranded)
    }
    for waiter in stranded { waiter.resume(returning: .failed(reason: "stopped")) }
    return next
  }
}

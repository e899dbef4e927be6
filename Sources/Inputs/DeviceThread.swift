import Glibc
import Synchronization
import Threads

/// A thread of one input's own, for the blocking calls of C libraries, which on Swift's cooperative pool would hold up everything
/// else: eight of them stopped every timer of a two-core process.
///
/// Its body asks `isStopping`, and puts `stopDescriptor` into each of its `poll`s. A call that can be neither bounded nor
/// interrupted, such as a look-up of a name, goes into `uninterruptible`: when the task is cancelled meanwhile, `run` returns at
/// once and the thread ends by itself, later.
final class DeviceThread: Sendable {
  /// A thread, or what it needs, was not to be had: the one failure that ends an input.
  struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    var call: String
    var code: Int32
    var description: String { "\(call): \(String(cString: strerror(code)))" }
  }

  /// Becomes readable when the thread is to end.
  let stopDescriptor: Int32

  /// Bytes. Names are looked up on it, so that the system's name service plug-ins run there.
  private static let stackSize = 1 << 20

  private struct State {
    var isStopping = false
    var isUninterruptible = false
    var waiter: CheckedContinuation<Failure?, Never>?
  }
  private let state = Mutex(State())

  private let stopper: Int32

  init() throws(Failure) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    if socketpair(AF_UNIX, type, 0, &ends) != 0 { throw Failure(call: "socketpair", code: errno) }
    stopDescriptor = ends[0]
    stopper = ends[1]
  }

  deinit {
    close(stopDescriptor)
    close(stopper)
  }

  var isStopping: Bool { state.withLock(\.isStopping) }

  /// Runs the body on the new thread, once. Returns when the body has, or earlier as told above.
  /// - Parameter name: what `ps -L` shows, at most 15 bytes.
  func run(named name: String, _ body: @escaping @Sendable (DeviceThread) -> Void) async throws(Failure) {
    let failure = await withTaskCancellationHandler {
      await withCheckedContinuation { (waiter: CheckedContinuation<Failure?, Never>) in
        state.withLock { $0.waiter = waiter }
        do throws(DedicatedThread.Failure) {
          try DedicatedThread.start(name: name, stackSize: Self.stackSize) {
            body(self)
            self.resume(nil)
          }
        } catch {
          resume(Failure(call: "pthread_create", code: error.code))
        }
      }
    } onCancel: {
      stop()
    }
    if let failure { throw failure }
  }

  /// Runs a call that may block for long; `nil` when the thread is to end, whatever it gave.
  func uninterruptible<T>(_ call: () -> T) -> T? {
    let mayBegin = state.withLock { state in
      state.isUninterruptible = !state.isStopping
      return !state.isStopping
    }
    guard mayBegin else { return nil }
    let result = call()
    let isStopping = state.withLock { state in
      state.isUninterruptible = false
      return state.isStopping
    }
    return isStopping ? nil : result
  }

  private func stop() {
    let isStuck = state.withLock { state in
      state.isStopping = true
      return state.isUninterruptible
    }
    shutdown(stopper, Int32(SHUT_WR))
    if isStuck { resume(nil) }
  }

  private func resume(_ failure: Failure?) {
    let waiter = state.withLock { state in
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(returning: failure)
  }
}

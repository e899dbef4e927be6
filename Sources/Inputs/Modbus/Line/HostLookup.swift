import Glibc
import Synchronization
import Threads

/// A look-up of a host's name on a thread of its own, since it can neither be bounded nor called off: without a name server it takes up to
/// a minute, for which a bus must not stand still.
final class HostLookup: Sendable {
  /// Readable when it has ended.
  let doneDescriptor: Int32
  private let done: Int32
  private let found = Mutex<[Endpoint.Address]?>(nil)

  init(_ endpoint: Endpoint) throws(DeviceThread.Failure) {
    var ends: [Int32] = [-1, -1]
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw DeviceThread.Failure(call: "socketpair", code: errno) }
    doneDescriptor = ends[0]
    done = ends[1]
    do throws(DedicatedThread.Failure) {
      try DedicatedThread.start(name: "lookup", stackSize: 1 << 20) {
        let addresses = endpoint.addresses(isNumeric: false)
        self.found.withLock { $0 = addresses }
        shutdown(self.done, Int32(SHUT_WR))
      }
    } catch {
      throw DeviceThread.Failure(call: "pthread_create", code: error.code)
    }
  }

  deinit {
    close(doneDescriptor)
    close(done)
  }

  /// `nil` until it has ended; empty where nobody knows the name.
  var addresses: [Endpoint.Address]? { found.withLock(\.self) }
}

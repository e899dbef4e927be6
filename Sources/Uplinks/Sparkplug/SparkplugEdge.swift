import Glibc
import Model
import Synchronization

/// The edge node of an uplink, which outlives its connections: one at a time speaks for it.
final class SparkplugEdge: Sendable {
  let options: SparkplugOptions
  private let node = Mutex(SparkplugNode())
  private let changed = Mutex<(@Sendable () -> Void)?>(nil)

  init(_ options: SparkplugOptions) { self.options = options }

  func withNode<Result: Sendable>(_ body: (inout SparkplugNode) -> sending Result) -> Result {
    node.withLock { body(&$0) }
  }

  /// Takes what is connected; the connection that is there is woken, to be born anew.
  func learn(_ inventory: UplinkInventory) {
    node.withLock { $0.learn(inventory) }
    changed.withLock { $0 }?()
  }

  /// - Parameter wake: called from any thread; must not block.
  func onChange(_ wake: (@Sendable () -> Void)?) { changed.withLock { $0 = wake } }
}

extension SparkplugSession.Moment {
  /// Now, as the system has it.
  static var now: Self {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Self(
      boot: .now(), utc: Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000))
  }
}

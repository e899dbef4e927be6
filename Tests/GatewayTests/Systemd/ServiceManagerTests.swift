import Foundation
import Testing

@testable import Gateway

@Suite struct ServiceManagerTests {
  /// A datagram socket as systemd listens on.
  final class Listener {
    let path = NSTemporaryDirectory() + "waypost-notify-\(UUID().uuidString.prefix(8))"
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

    init() {
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      #expect(result == 0)
    }

    deinit {
      close(descriptor)
      unlink(path)
    }

    func next() -> String {
      var buffer = [UInt8](repeating: 0, count: 1024)
      let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
      return count < 0 ? "" : String(decoding: buffer[..<count], as: UTF8.self)
    }
  }

  @Test func tellsReadinessStoppingAndTheWatchdog() {
    let listener = Listener()
    let manager = ServiceManager { ["NOTIFY_SOCKET": listener.path, "WATCHDOG_USEC": "30000000"][$0] }
    #expect(manager.watchdogInterval == .seconds(30))
    manager.ready(status: "running as truck-005")
    #expect(listener.next() == "READY=1\nSTATUS=running as truck-005")
    manager.watchdog()
    #expect(listener.next() == "WATCHDOG=1")
    manager.stopping()
    #expect(listener.next() == "STOPPING=1")
  }

  @Test func withoutASocketItSaysNothing() {
    let manager = ServiceManager { _ in nil }
    #expect(manager.watchdogInterval == nil)
    manager.stopping()
  }
}

import Glibc

/// Tells systemd how the service is, by the datagram protocol of sd_notify(3), which its manual lays open for those who don't link
/// libsystemd. Without `$NOTIFY_SOCKET` it says nothing.
struct ServiceManager: Sendable {
  private let address: String?
  /// How often the watchdog wants to be fed, from `$WATCHDOG_USEC`; `nil` when there is none.
  let watchdogInterval: Duration?

  init(environment: (String) -> String? = Environment.variable) {
    address = environment("NOTIFY_SOCKET")
    watchdogInterval = environment("WATCHDOG_USEC").flatMap { Int64($0) }.map { .microseconds($0) }
  }

  /// The service runs; `systemctl status` shows the text.
  func ready(status: String) { send("READY=1\nSTATUS=\(status)") }
  /// The files are being read anew; `ready` says that it is over, whatever came of it. sd_notify(3) wants the moment with it,
  /// microseconds of `CLOCK_MONOTONIC`.
  func reloading() {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    send("RELOADING=1\nMONOTONIC_USEC=\(Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)")
  }

  /// Starting takes longer: another minute, from now on (EXTEND_TIMEOUT_USEC of sd_notify(3)).
  func stillStarting(status: String) { send("EXTEND_TIMEOUT_USEC=60000000\nSTATUS=\(status)") }

  func stopping() { send("STOPPING=1") }
  func status(_ text: String) { send("STATUS=\(text)") }
  func watchdog() { send("WATCHDOG=1") }

  private func send(_ message: String) {
    guard let address, address.utf8.count < 108, let first = address.utf8.first, first == 47 || first == 64
    else { return }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    // A manager that doesn't read must not hold the gateway up.
    var wait = timeval(tv_sec: 1, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    var target = sockaddr_un()
    target.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &target.sun_path) { path in
      path.copyBytes(from: address.utf8)
      // A leading @ stands for the abstract namespace's zero byte (unix(7)).
      if first == 64 { path[0] = 0 }
    }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + address.utf8.count)
    var bytes = Array(message.utf8)
    _ = withUnsafePointer(to: &target) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        sendto(descriptor, &bytes, bytes.count, Int32(MSG_NOSIGNAL), raw, length)
      }
    }
  }
}

/// The process's environment.
public enum Environment {
  /// A variable's value; `nil` where it isn't set.
  public static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }
}

import Foundation
import Glibc

/// A pseudo-terminal whose other end the test holds, with a name of its own as `/dev/serial/by-id` gives them.
final class PseudoTerminal: @unchecked Sendable {
  /// The test's end.
  let master: Int32
  /// As the kernel numbers it.
  let path: String
  private var name: String?

  init(name: String? = nil) throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    // TIOCSPTLCK and TIOCGPTN of tty_ioctl(4): Swift's Glibc has no unlockpt() and ptsname().
    var unlocked: Int32 = 0
    var number: Int32 = 0
    guard master >= 0, ioctl(master, 0x4004_5431, &unlocked) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
      throw SocketTrouble("pty")
    }
    path = "/dev/pts/\(number)"
    // Raw from the beginning, so that nothing is echoed before the driver opens it.
    var settings = termios()
    tcgetattr(master, &settings)
    cfmakeraw(&settings)
    tcsetattr(master, TCSANOW, &settings)
    if let name { try call(name) }
  }

  /// Has the name stand for this terminal from now on.
  func call(_ name: String) throws {
    unlink(name)
    guard symlink(path, name) == 0 else { throw SocketTrouble("symlink") }
    self.name = name
  }

  /// True when the other end could take it all.
  func say(_ bytes: [UInt8]) -> Bool { write(master, bytes, bytes.count) == bytes.count }

  /// Takes the name away, as udev does.
  func forget() {
    if let name { unlink(name) }
    name = nil
  }

  deinit {
    forget()
    close(master)
  }
}

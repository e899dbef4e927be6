import CLinux
import Glibc

/// A serial port that is open and ours alone; never blocks but in `init`.
final class SerialPort {
  let descriptor: Int32
  private let path: String

  /// Opens and sets the port, which may take as long as an adapter takes to answer on its bus: seconds where it is broken.
  ///
  /// Its own are two locks: TIOCEXCL, which the kernel holds other programs to that aren't root's, and flock(2), to which pyserial,
  /// minicom and another gateway keep themselves.
  init(_ path: String, _ settings: SerialSettings) throws(LineFailure) {
    var facts = stat()
    guard stat(path, &facts) == 0 else { throw .opening(path, code: errno) }
    // Opening what isn't a terminal may do something: a pipe waits, a watchdog begins to count.
    guard facts.st_mode & S_IFMT == S_IFCHR else { throw .opening(path, code: ENOTTY) }
    // O_NONBLOCK: without it the call waits for a modem's carrier.
    let new = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard new >= 0 else { throw .opening(path, code: errno) }
    descriptor = new
    self.path = path
    guard isatty(new) == 1 else { throw .opening(path, code: ENOTTY) }
    guard flock(new, LOCK_EX | LOCK_NB) == 0, waypost_serial_reserve(new) == 0 else {
      throw .opening(path, code: errno)
    }
    try set(settings)
  }

  deinit {
    // Else close(2) waits up to half a minute for a device that holds us up by flow control.
    _ = waypost_serial_discard(descriptor, 0, 1)
    close(descriptor)
  }

  /// True where the port's name stands for another device by now, or for none.
  var isRenamed: Bool { PortName.leadsElsewhere(path, than: descriptor) }

  /// True when the driver took the framing as well; a pseudo-terminal never takes another than 8N1, nor needs to.
  private(set) var hasFraming = true

  /// Sets the line anew, and forgets what came in before.
  func set(_ settings: SerialSettings) throws(LineFailure) {
    let status = waypost_serial_set(
      descriptor, UInt32(settings.baud), Int32(settings.dataBits), settings.parity.rawValue, Int32(settings.stopBits),
      settings.flow.rawValue)
    guard status >= 0 else {
      let code = errno
      throw code == EINVAL
        ? LineFailure("unsupported", remedy: "this port can't do \(settings.baud) baud") : .opening(path, code: code)
    }
    hasFraming = status == 0 || isPseudoTerminal
    discardInput()
  }

  func discardInput() { _ = waypost_serial_discard(descriptor, 1, 0) }

  private var isPseudoTerminal: Bool {
    var facts = stat()
    // Majors 136 to 143 (the kernel's admin-guide/devices.txt).
    return fstat(descriptor, &facts) == 0 && (136...143).contains((facts.st_rdev >> 8) & 0xFFF)
  }
}

import Glibc

/// Single key presses from a terminal, without Enter and without an echo, for as long as this value lives.
final class Keyboard {
  private let former: termios

  /// `nil` where standard input isn't a terminal.
  init?() {
    var settings = termios()
    guard isatty(STDIN_FILENO) == 1, tcgetattr(STDIN_FILENO, &settings) == 0 else { return nil }
    former = settings
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
    guard tcsetattr(STDIN_FILENO, TCSANOW, &settings) == 0 else { return nil }
  }

  deinit {
    var former = former
    tcsetattr(STDIN_FILENO, TCSANOW, &former)
  }

  /// The keys pressed within `milliseconds`; returns early once there are some, or when a signal comes.
  func keys(within milliseconds: Int32) -> [Character] {
    var watched = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&watched, 1, milliseconds) > 0, watched.revents & Int16(POLLIN) != 0 else {
      // A terminal that has gone is ready for ever: wait all the same.
      if watched.revents != 0 { poll(nil, 0, milliseconds) }
      return []
    }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = read(STDIN_FILENO, &bytes, bytes.count)
    return count > 0 ? bytes[..<count].map { Character(Unicode.Scalar($0)) } : []
  }
}

import ArgumentParser
import Glibc

/// Asks the person at the terminal.
struct Questions {
  /// False: nobody is asked, and every answer is the default.
  let asks: Bool

  /// One line; `nil` for the default, which an empty line means.
  /// - Parameter mistake: what is wrong with an answer, which is then asked for again.
  func line(
    _ question: String, default standard: String, mistake: (_ answer: String) -> String? = { _ in nil }
  ) throws -> String? {
    guard asks else { return nil }
    while true {
      Output.write(Array("\(question) [\(standard)]: ".utf8), to: STDOUT_FILENO)
      let answer = try read().split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
      if answer.isEmpty || answer == standard { return nil }
      guard let mistake = mistake(answer) else { return answer }
      Output.print("That won't do: \(mistake).")
    }
  }

  /// One line that isn't shown; `nil` where it is empty.
  func secret(_ question: String) throws -> String? {
    guard asks else { return nil }
    Output.write(Array("\(question) (not shown): ".utf8), to: STDOUT_FILENO)
    var before = termios()
    let isTerminal = tcgetattr(STDIN_FILENO, &before) == 0
    if isTerminal {
      var quiet = before
      quiet.c_lflag &= ~tcflag_t(ECHO)
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet)
    }
    defer {
      if isTerminal { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before) }
      Output.print("")
    }
    let answer = try read()
    return answer.isEmpty ? nil : answer
  }

  /// The end of the input is no answer: whoever leaves wants nothing written.
  private func read() throws -> String {
    guard let line = readLine(strippingNewline: true) else {
      Output.complain("\nwaypost: nothing was written")
      throw ExitCode(2)
    }
    return line
  }
}

import ArgumentParser
import Gateway
import Glibc

/// What the probes say when they can't go on, and ask before they speak.
enum ProbeTrouble {
  /// Tells it, with its remedy, and gives the exit code.
  static func stop(_ what: String, _ remedy: String) -> ExitCode {
    Output.complain("waypost: \(what)\n  help: \(remedy)")
    return ExitCode(2)
  }

  /// Root's programs may open what another has claimed, and both would speak at once: not beside the gateway. Of any other it is told.
  static func refuseBesideTheGateway(_ path: String) throws {
    for holder in PortHolder.of(path) {
      guard !holder.isGateway else {
        throw stop(
          "\(path) is in use by the gateway (process \(holder.pid))",
          "systemctl stop waypost, and start it again afterwards")
      }
      Output.complain("waypost: \(holder.name) (process \(holder.pid)) has \(path) open, too")
    }
  }

  /// Asks at the terminal.
  /// - Throws: Where the answer isn't yes, or nobody is there to give one.
  static func ask(_ question: String, yes: Bool) throws {
    guard !yes else { return }
    guard isatty(STDIN_FILENO) == 1 else {
      throw stop("it asks before it speaks on a line, and nobody is there to answer", "give --yes")
    }
    Output.write(Array("\(question) [y/N] ".utf8), to: STDOUT_FILENO)
    guard ["y", "yes"].contains(readLine()?.lowercased() ?? "") else { throw ExitCode(2) }
  }
}

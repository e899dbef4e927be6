import ArgumentParser
import Gateway
import Glibc

/// `waypost demo`: the whole thing with no hardware.
struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the whole thing with no hardware: a simulated truck, the real engine, journal and delivery.",
    discussion: """
      Drives a simulated truck about Geneva through the rules, delivers to a server of its own over a real WebSocket on \
      this machine, cuts the link for a while, and shows what the gateway sees, raises, keeps and delivers. At a \
      terminal the space bar cuts the link and restores it, and k kills the gateway. It needs nothing else on the \
      machine, and leaves nothing behind. Exit code: 0 when everything that was kept was delivered, 1 when not, 2 when it could not start.
      """)

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp("How long to drive, in seconds.", valueName: "seconds"))
  var seconds = 110

  @Option(name: .long, help: ArgumentHelp("The rule files to drive through.", valueName: "folder"))
  var rules: String?

  func validate() throws {
    guard (20...86_400).contains(seconds) else { throw ValidationError("--for takes 20 to 86400 seconds") }
  }

  func run() throws {
    Interruption.watch()
    do {
      let server = try DemoServer()
      let folder = try DemoFolder(rules: rules, port: server.port)
      defer { folder.remove() }
      let isWell = try drive(in: folder, to: server)
      try server.stop()
      if Interruption.hasCome { throw ExitCode(130) }
      guard isWell else { throw ExitCode(1) }
    } catch let failure as ChildProcess.Failure {
      Output.complain("waypost: \(failure)")
      throw ExitCode(2)
    }
  }

  /// A function of its own, so that the gateway has ended when the folder goes.
  private func drive(in folder: DemoFolder, to server: DemoServer) throws(ChildProcess.Failure) -> Bool {
    var drive = try DemoDrive(folder: folder, seconds: seconds, server: server)
    return try drive.run()
  }
}

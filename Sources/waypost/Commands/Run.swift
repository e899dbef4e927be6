import ArgumentParser
import Gateway
import Glibc
import Logging

/// `waypost run`: the daemon.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the gateway (what systemd starts).",
    discussion: """
      Ends on SIGTERM, within five seconds, with everything kept. A mistake in the files ends it at once with exit \
      code 78 and the reason; a device, a broker or a clock that isn't there yet never does.
      """)

  /// EX_CONFIG of sysexits.h; the unit has it in RestartPreventExitStatus=.
  static let badConfiguration = ExitCode(78)

  @OptionGroup var config: ConfigOption

  @Option(name: .long, help: ArgumentHelp("How much is logged.", valueName: "level"))
  var logLevel = LogLevel.info

  func run() async throws {
    // It asks for a reload; until the daemon listens for it, it must not end the process.
    signal(SIGHUP, SIG_IGN)
    let result = Setup.load(main: config.config)
    Output.show(result.diagnostics, sources: result.sources, format: .text)
    guard let setup = result.setup else {
      Output.complain("waypost: the configuration can't be used; nothing was started")
      throw Self.badConfiguration
    }
    let level = logLevel.level
    LoggingSystem.bootstrap { label in
      var handler = JournaldLogHandler(label: label)
      handler.logLevel = level
      return handler
    }
    let logger = Logger(label: "waypost")
    do {
      try await Daemon.waitingForRoom(setup: setup, logger: logger).run()
    } catch {
      Output.complain("waypost: \(error)")
      throw ExitCode(1)
    }
  }
}

/// The levels that make sense on a box.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
  case debug
  case info
  case notice
  case warning
  case error

  var level: Logger.Level {
    switch self {
    case .debug: .debug
    case .info: .info
    case .notice: .notice
    case .warning: .warning
    case .error: .error
    }
  }
}

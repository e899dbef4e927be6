import ArgumentParser
import Gateway

/// `waypost version`: versions of itself, of the journals that it reads, and of the system's libraries.
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version",
    abstract: "Show the versions of Waypost, of the journals it reads, and of the system libraries that it runs on.")

  func run() {
    Output.print("waypost \(Version.current)")
    Output.print("journal schema \(Version.journalSchema)")
    for library in SystemLibraries.versions { Output.print("\(library.name) \(library.version)") }
  }
}

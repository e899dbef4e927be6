import ArgumentParser
import Gateway

/// `waypost version`: versions of itself and of the system's libraries.
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Show the versions of Waypost and of the system libraries that it runs on.")

  func run() {
    Output.print("waypost \(Version.current)")
    for library in SystemLibraries.versions { Output.print("\(library.name) \(library.version)") }
  }
}

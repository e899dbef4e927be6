import ArgumentParser
import Config
import Gateway
import Glibc

/// `waypost record on|off|export FILE`.
struct Record: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Keep every observation, for `waypost replay`.",
    discussion: """
      `record on` begins a recording in the journal; `record off` ends it; `record export FILE` saves it. Then
      `waypost replay --rules /etc/waypost/rules.d FILE` gives what the box gave on that drive, to the byte.
      """,
    subcommands: [On.self, Off.self, Export.self])

  struct On: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Begin recording.")
    @OptionGroup var control: ControlOptions

    func run() throws {
      let changed = try control.ask(.recordOn).node["changed"].flag
      Output.print(changed ? "recording" : "recording already")
    }
  }

  struct Off: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "End recording; what was recorded stays until the next begins.")
    @OptionGroup var control: ControlOptions

    func run() throws {
      let changed = try control.ask(.recordOff).node["changed"].flag
      Output.print(changed ? "recording ended" : "there was no recording")
    }
  }

  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Save the recording to a file.")
    @OptionGroup var control: ControlOptions
    @Argument(help: ArgumentHelp("Where to save it.", valueName: "file")) var file: String

    func run() throws {
      do {
        var client = try ControlClient(path: control.path)
        _ = try client.ask(.recordExport)
        let saved = try save(&client)
        guard try isWhole() else {
          throw ControlClient.Failure(
            description: "the gateway hung up before the end; \(file) is cut off after \(saved) bytes")
        }
        Output.print("\(saved) bytes saved to \(file)")
      } catch {
        Output.complain("waypost: \(error)")
        throw ExitCode(2)
      }
    }

    /// Reads the saved file as `waypost replay` will.
    private func isWhole() throws(ControlClient.Failure) -> Bool {
      do {
        return try RecordingFile.isWhole(path: file)
      } catch {
        throw ControlClient.Failure(description: "\(error)")
      }
    }

    private func save(_ client: inout ControlClient) throws(ControlClient.Failure) -> Int {
      let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
      guard descriptor >= 0 else {
        throw ControlClient.Failure(
          description: "\(file) can't be written (\(String(cString: strerror(errno))))")
      }
      defer { close(descriptor) }
      var saved = 0
      try client.readRest { (chunk) throws(ControlClient.Failure) in
        var rest = chunk[...]
        while !rest.isEmpty {
          let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
          guard count > 0 else {
            throw ControlClient.Failure(description: "\(file): \(String(cString: strerror(errno)))")
          }
          rest = rest.dropFirst(count)
        }
        saved += chunk.count
      }
      return saved
    }
  }
}

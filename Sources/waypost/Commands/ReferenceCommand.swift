import ArgumentParser
import Gateway

/// `waypost reference`: every key, signal and function.
struct ReferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reference",
    abstract: "Print the reference of every key, signal and function, in Markdown.",
    discussion: "The package has it as /usr/share/doc/waypost/reference.md.")

  func run() { Output.print(String(Reference.markdown.dropLast())) }
}

import ArgumentParser
import Config
import Gateway

/// `waypost schema`: what editors know of the files.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract: "Print the JSON Schema of a kind of file, so that editors complete and check while typing.",
    discussion: """
      The package has them in /usr/share/waypost/schema. An editor with a YAML language server takes the one that a \
      file's first line names:

        # yaml-language-server: $schema=/usr/share/waypost/schema/rules.json
      """)

  @Argument(help: "config: waypost.yaml; devices: devices.d; profiles: profiles.d; rules: rules.d.")
  var kind: SchemaKind

  func run() {
    let kind = kind.file
    let text = JSONSchemaWriter.document(kind.schema, name: "\(kind.rawValue).json", title: kind.title)
    Output.print(String(text.dropLast()))
  }
}

/// The kinds of files, as they are asked for.
enum SchemaKind: String, ExpressibleByArgument, CaseIterable {
  case config
  case devices
  case profiles
  case rules

  var file: FileKind {
    switch self {
    case .config: .config
    case .devices: .devices
    case .profiles: .profiles
    case .rules: .rules
    }
  }
}

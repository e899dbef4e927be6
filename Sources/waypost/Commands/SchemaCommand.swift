import ArgumentParser
import Config
import Gateway
import Uplinks

/// `waypost schema`: what editors know of the files.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    abstract:
      "Print the JSON Schema of a kind of file, so that editors complete and check while typing; or of what goes to servers.",
    discussion: """
      The package has them in /usr/share/waypost/schema. An editor with a YAML language server takes the one that a \
      file's first line names:

        # yaml-language-server: $schema=/usr/share/waypost/schema/rules.json

      What goes to servers is described for their developers: messages, JSON Schema 2020-12 of each message of the format \
      json; asyncapi, AsyncAPI 3.0 of the topics and channels.
      """)

  @Argument(
    help: """
      config: waypost.yaml; devices: devices.d; profiles: profiles.d; rules: rules.d; messages, asyncapi: what goes to servers.
      """)
  var kind: SchemaKind

  func run() { Output.print(kind.text) }
}

/// The kinds of files and descriptions, as they are asked for.
enum SchemaKind: String, ExpressibleByArgument, CaseIterable {
  case config
  case devices
  case profiles
  case rules
  case messages
  case asyncapi

  /// Without the end of the last line.
  var text: String {
    switch self {
    case .config: Self.schema(.config)
    case .devices: Self.schema(.devices)
    case .profiles: Self.schema(.profiles)
    case .rules: Self.schema(.rules)
    case .messages: MessageSchemas.document.text()
    case .asyncapi: AsyncAPIDocument.document.text()
    }
  }

  private static func schema(_ kind: FileKind) -> String {
    String(JSONSchemaWriter.document(kind.schema, name: "\(kind.rawValue).json", title: kind.title).dropLast())
  }
}

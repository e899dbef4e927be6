import Config
import Model

extension MQTTReader {
  static var keys: [Schema.Key] {
    [
      .init(
        "url", .text(pattern: "^(mqtts?|wss?)://.+$"), isRequired: true,
        "The broker, as `mqtts://broker.example.com:8883`, or by WebSocket as `wss://broker.example.com/mqtt`; `mqtt://` and `ws://` go without TLS"
      ),
      .init("username", .text(), "The name to log in with"),
      .init("password", Secret.schema, "The password to log in with; stands in a credential or a file"),
      .init(
        "client_id", .text(), standard: "`waypost-GATEWAY-UPLINK`",
        "The MQTT client id; each must be told from every other"),
      .init(
        "version", .choice(["5", "3.1.1"]), standard: "5, then 3.1.1",
        "The MQTT version to speak, where only one will do"),
      .init(
        "tls", TLSOptions.schema, standard: "the system's authorities",
        "Whom to trust and what to show; for `mqtts://` and `wss://`"
      ),
      .init(
        "proxy", ProxyOptions.schema,
        "A proxy on the way: `socks5://HOST:1080`, or `http://HOST:8080` for HTTP's CONNECT"),
      .init(
        "session_expiry", .quantity(.time), standard: "no session",
        "How long the broker keeps what is said to this gateway while it is away"),
      .init(
        "message_expiry", .quantity(.time), standard: "never",
        "How long the broker keeps a message for receivers that are away; MQTT 5 only"),
      .init(
        "properties", .table(names: .any, .text()),
        "User properties that go with the connection and with each message of records; MQTT 5 only"),
      .init(
        "topics", .object(topics),
        "Where each kind of record goes: templates with `{gateway}`, `{label.NAME}`, `{type}` and, where the record has them, `{device}`, `{metric}`"
      ),
      .init("sparkplug", .object(SparkplugOptions.keys), "Makes the gateway an edge node of Sparkplug B 3.0"),
    ]
  }

  private static var topics: [Schema.Key] {
    Record.Kind.allCases.map { kind in
      .init(
        kind.name, .text(), standard: "`waypost/{gateway}/{type}`",
        "The topic of records of the kind `\(kind.name)` that go one by one")
    } + [
      .init("batch", .text(), standard: "`waypost/{gateway}/batch`", "The topic of batches"),
      .init(
        "status", .text(), standard: "`waypost/{gateway}/status`",
        "The retained topic that says whether the gateway is there"),
      .init(
        "command", .text(), standard: "`waypost/{gateway}/command`",
        "What comes before `/NAME` in the topics of commands, where `commands` allows any"),
      .init(
        "response", .text(), standard: "`waypost/{gateway}/response`",
        "What comes before `/ID` in the topics of their answers"),
    ]
  }
}

extension Secret {
  /// What a secret may be written as.
  static let schema = Schema.either([
    .object([
      .init(
        "credential", .text(pattern: "^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$"),
        "A systemd credential of that name: `LoadCredential=` in the unit"),
      .init("file", .text(pattern: "^.+$"), "Or a file of mode 0600, looked for beside this file"),
    ]),
    .text(pattern: "^.+$"),
  ])
}

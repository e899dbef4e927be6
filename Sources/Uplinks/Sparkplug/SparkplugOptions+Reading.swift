import Config
import Model

extension SparkplugOptions {
  /// Reads `sparkplug:` of an MQTT uplink.
  static func read(
    _ node: YAMLNode, context: UplinkContext, _ diagnostics: inout Diagnostics
  ) -> SparkplugOptions? {
    guard
      var reader = MappingReader(node, what: "`sparkplug`", example: "{ group: fleet }", diagnostics: &diagnostics)
    else { return nil }
    let groupNode = reader.required("group", diagnostics: &diagnostics)
    let group = groupNode?
      .name("the group of Sparkplug", form: .label, diagnostics: &diagnostics)
    let host = reader.optional("primary_host")
    let hostName = host?.name("the primary host's id", form: .label, diagnostics: &diagnostics)
    let sync = readSync(reader.optional("sync"), context: context, &diagnostics)
    reader.explain(
      ["node", "edge_node", "edge_node_id"], "take it out: the node is the gateway, by its `id`")
    reader.explain(["group_id"], "write `group`", insteadOf: "group")
    reader.explain(["host", "host_id", "primary_host_id"], "write `primary_host`", insteadOf: "primary_host")
    reader.finish(diagnostics: &diagnostics)
    if group == "STATE" {
      diagnostics.error(
        "group", "`STATE` is where hosts say whether they are there", at: groupNode?.span, help: "take another group")
      return nil
    }
    guard let group, let sync, host == nil || hostName != nil else { return nil }
    return SparkplugOptions(group: group, node: context.gateway, primaryHost: hostName, sync: sync)
  }

  private static func readSync(
    _ node: YAMLNode?, context: UplinkContext, _ diagnostics: inout Diagnostics
  ) -> String? {
    var text = "waypost/{gateway}/sync"
    if let node {
      guard let given = node.string("a topic", limit: 1024, diagnostics: &diagnostics) else { return nil }
      text = given
    }
    do throws(TopicTemplate.Problem) {
      return try TopicTemplate(text, allowed: [], gateway: context.gateway, labels: context.labels)
        .topic(type: "sync")
    } catch {
      diagnostics.error("topic", error.message, at: node?.span(ofText: error.range), help: error.help)
      return nil
    }
  }

  static var keys: [Schema.Key] {
    [
      .init("group", .text(pattern: Self.label), isRequired: true, "The group of edge nodes that this one belongs to"),
      .init(
        "primary_host", .text(pattern: Self.label), standard: "none",
        "The id of the host without which nothing is sent"),
      .init(
        "sync", .text(), standard: "`waypost/{gateway}/sync`",
        "The topic of the message whose acknowledgement stands for all before it"),
    ]
  }

  private static let label = "^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$"
}

import Config

/// Where in a GeoJSON feature something stands: `id`, or `properties.customer_no`.
struct FeaturePath {
  let text: String
  private let names: [String]

  /// `nil` after telling that the text is no such path.
  init?(_ node: YAMLNode, what: String, diagnostics: inout Diagnostics) {
    guard let text = node.string(what, limit: 256, diagnostics: &diagnostics) else { return nil }
    let names = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard text == "id" || (names.count > 1 && names[0] == "properties" && !names.contains("")) else {
      diagnostics.error(
        "unknown-value", "\(what) must name a property of each feature, and this is \(node.description)", at: node.span,
        help: "write `id` or `properties.\(names.last.flatMap { $0.isEmpty ? nil : $0 } ?? "name")`")
      return nil
    }
    self.text = text
    self.names = names
  }

  init(_ names: String...) {
    self.names = names
    text = names.joined(separator: ".")
  }

  func find(in feature: JSONValue) -> JSONValue? {
    var node = feature
    for name in names {
      guard let next = node[name] else { return nil }
      node = next
    }
    return node
  }
}

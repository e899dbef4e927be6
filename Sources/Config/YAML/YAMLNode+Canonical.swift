extension YAMLNode {
  /// What it says without where and how it stands there: equal for two nodes that a reader can't tell apart, whatever their places,
  /// comments, blanks and quotes. Keys count in their order. For telling a changed entry from one that only moved.
  public var canonical: String {
    var text = ""
    write(canonical: &text)
    return text
  }

  private func write(canonical text: inout String) {
    switch content {
    case .scalar(let scalar):
      // With its length, so that no text can pass for another's structure; a quoted `5` is not the number.
      let isText = !scalar.isPlain || scalar.value == .text
      text += "\(isText ? "t" : "p")\(scalar.text.utf8.count):\(scalar.text)"
    case .sequence(let items):
      text += "["
      for item in items { item.write(canonical: &text) }
      text += "]"
    case .mapping(let entries):
      text += "{"
      for entry in entries {
        entry.key.write(canonical: &text)
        entry.value.write(canonical: &text)
      }
      text += "}"
    }
  }
}

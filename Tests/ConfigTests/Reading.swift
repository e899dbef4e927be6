import Config
import Testing

/// A YAML text read for a test, with what was found.
struct Reading {
  let file: SourceFile
  let root: YAMLNode?
  var diagnostics = Diagnostics()

  init(_ text: String, limits: YAMLLimits = .default) {
    file = SourceFile(path: "test.yaml", text: text)
    root = YAML.parse(file, limits: limits, diagnostics: &diagnostics)
  }

  /// The value at a path of keys and indices.
  func node(_ path: String...) -> YAMLNode? {
    var node = root
    for step in path {
      switch node?.content {
      case .mapping(let entries): node = entries.first { $0.name == step }?.value
      case .sequence(let items): node = Int(step).flatMap { $0 < items.count ? items[$0] : nil }
      default: return nil
      }
    }
    return node
  }

  func source(_ span: SourceSpan?) -> String {
    guard let span else { return "no span" }
    return String(decoding: file.bytes[span.start.offset..<span.end.offset], as: UTF8.self)
  }

  var codes: [String] { diagnostics.all.map(\.code) }
  /// What each diagnostic points at.
  var faults: [String] { diagnostics.all.map { source($0.span) } }
}

/// `3:5-3:9`
func place(_ span: SourceSpan?) -> String {
  guard let span else { return "none" }
  return "\(span.start.line):\(span.start.column)-\(span.end.line):\(span.end.column)"
}

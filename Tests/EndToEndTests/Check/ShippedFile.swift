import Config
import Foundation

/// A YAML file as it is shipped: an example rule, a device profile, the commented configuration, a block of the documentation.
struct ShippedFile: Hashable, Sendable, CustomStringConvertible {
  /// Where it comes from.
  var origin: String
  /// Where it belongs in a configuration folder: `waypost.yaml`, `devices.d/…`, `profiles.d/…`, `rules.d/…`.
  var place: String
  var text: String

  var description: String { "\(origin) as \(place)" }

  init?(origin: String, text: String) {
    var ignored = Diagnostics()
    guard let root = YAML.parse(SourceFile(path: origin, text: text), diagnostics: &ignored),
      case .mapping(let entries) = root.content
    else { return nil }
    let keys = Set(entries.map(\.name))
    self.origin = origin
    self.text = text
    if !keys.isDisjoint(with: ["gateway", "journal", "uplinks", "api"]) {
      place = "waypost.yaml"
    } else if keys.contains("devices") {
      place = "devices.d/shipped.yaml"
    } else if keys.isSuperset(of: ["model", "protocol"]) {
      place = "profiles.d/shipped.yaml"
    } else if !keys.isDisjoint(with: ["zones", "report", "rules"]) {
      place = "rules.d/shipped.yaml"
    } else {
      return nil
    }
  }

  /// Everything that is shipped, in a fixed order.
  static func all() throws -> [ShippedFile] {
    var files: [ShippedFile] = []
    for name in names(in: "rules", ending: ".yaml") + names(in: "devices", ending: ".yaml") {
      files += try [file(name)].compactMap { $0 }
    }
    for name in names(in: "debian/conf", ending: ".yaml") {
      for (index, block) in uncommented(try read(name)).enumerated() {
        files += [ShippedFile(origin: "\(name) (\(index + 1))", text: block)].compactMap { $0 }
      }
    }
    for name in ["README.md"] + names(in: "docs", ending: ".md") {
      for (index, block) in fenced(try read(name)).enumerated() {
        files += [ShippedFile(origin: "\(name) (\(index + 1))", text: block)].compactMap { $0 }
      }
    }
    return files
  }

  private static func file(_ name: String) throws -> ShippedFile? { ShippedFile(origin: name, text: try read(name)) }

  private static func read(_ name: String) throws -> String {
    try String(contentsOfFile: "\(Environment.packageRoot)/\(name)", encoding: .utf8)
  }

  private static func names(in folder: String, ending: String) -> [String] {
    let found = FileManager.default.enumerator(atPath: "\(Environment.packageRoot)/\(folder)")?.allObjects ?? []
    return found.compactMap { $0 as? String }.filter { $0.hasSuffix(ending) }.sorted().map { "\(folder)/\($0)" }
  }

  /// The examples in a file that is all comments: paragraphs that begin with a key alone, without their `# `; what belongs into one
  /// file (`gateway:` and `uplinks:`) is put together again.
  static func uncommented(_ text: String) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      line.hasPrefix("# ") ? String(line.dropFirst(2)) : line == "#" ? "" : String(line)
    }
    let paragraphs = lines.split(separator: "").map(Array.init).filter { paragraph in
      guard let first = paragraph.first?.split(separator: "#").first else { return false }
      let key = first.trimmingCharacters(in: .whitespaces)
      return key.hasSuffix(":") && key.dropLast().allSatisfy { $0.isLowercase || $0 == "_" }
    }
    let devices = paragraphs.filter { $0[0].hasPrefix("devices:") }
    let others = paragraphs.filter { !$0[0].hasPrefix("devices:") }
    return
      ([others.joined(separator: [""]).joined(separator: "\n") + "\n"]
      + devices.map { $0.joined(separator: "\n") + "\n" }).filter { $0 != "\n" }
  }

  /// The blocks between ```` ```yaml ```` and ```` ``` ````.
  static func fenced(_ text: String) -> [String] {
    var blocks: [String] = []
    var open: [Substring]?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let lines = open {
        if line.hasPrefix("```") {
          blocks.append(lines.joined(separator: "\n") + "\n")
          open = nil
        } else {
          open = lines + [line]
        }
      } else if line.hasPrefix("```yaml") {
        open = []
      }
    }
    return blocks
  }
}

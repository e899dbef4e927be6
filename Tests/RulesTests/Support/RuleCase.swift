import Config
import Foundation
import Model
import Testing

@testable import Rules

/// A folder under `Cases`: `rules.yaml` and perhaps `zones.d/*.geojson`, then either `input.txt` with `expected.txt`, every effect a
/// line, or only `expected.txt` with what is wrong with the files.
///
/// With `WAYPOST_WRITE_CASES=1` in the environment `expected.txt` is written instead of compared; read the difference before you keep it.
struct RuleCase: CustomTestStringConvertible {
  let name: String
  let folder: URL

  var testDescription: String { name }

  static let all: [RuleCase] = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Cases")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.sorted().map { RuleCase(name: $0, folder: folder.appendingPathComponent($0)) }
  }()

  private func file(_ path: String) throws -> SourceFile {
    SourceFile(path: path, bytes: Array(try Data(contentsOf: folder.appendingPathComponent(path))))
  }

  func load(_ diagnostics: inout Diagnostics) throws -> RuleSet? {
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent("zones.d").path)) ?? []
    let zones = try names.sorted().map { try file("zones.d/\($0)") }
    return RuleSet.load(
      rules: [try file("rules.yaml")], zones: zones, catalogue: Self.catalogue,
      readFile: { path, _ throws(Diagnostic) in
        let full = self.folder.appendingPathComponent(path).path
        return try SourceFile.read(path: full, displayPath: path)
      }, diagnostics: &diagnostics)
  }

  static let catalogue: SignalCatalogue = {
    var catalogue = Scene.catalogue
    catalogue.devices[1].metrics.append(.init(name: "humidity", kind: .number, unit: "%RH"))
    return catalogue
  }()

  /// Every effect of `input.txt` as a line; or what is wrong.
  func output() throws -> String {
    var diagnostics = Diagnostics()
    let rules = try load(&diagnostics)
    var lines = diagnostics.sorted().map(Self.line)
    if let rules {
      let input = try String(contentsOf: folder.appendingPathComponent("input.txt"), encoding: .utf8)
      var engine = RuleEngine(rules: rules, engine: "abc123", state: [], time: .zero)
      for text in input.split(separator: "\n") where !text.hasPrefix("#") {
        lines += try CaseLine(text).feed(&engine).map(Self.line)
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func line(_ diagnostic: Diagnostic) -> String {
    let span = diagnostic.span.map {
      "\($0.file):\($0.start.line):\($0.start.column)-\($0.end.line):\($0.end.column)"
    }
    return "\(span ?? "-"): \(diagnostic.severity) \(diagnostic.code): \(diagnostic.message)"
  }

  private static func line(_ effect: Effect) -> String {
    guard case .record(let record) = effect else { return "\(effect)" }
    let head = "\(record.time.seconds) \(record.timestamp?.description ?? "-")"
    switch record.body {
    case .position(let device, let position):
      return "\(head) position \(device) \(position.latitude) \(position.longitude)"
    case .reading(let device, let metric, let value, let unit, let quality):
      return "\(head) reading \(device).\(metric) \(value.map { "\($0)" } ?? "nil") \(unit ?? "-") \(quality)"
    case .device(let name, let isUp, let reason):
      return "\(head) device \(name) \(isUp ? "up" : "down") \(reason ?? "-")"
    case .event(let event):
      switch event.content {
      case .geofence(let fence):
        let place = String(format: "%.5f %.5f", fence.latitude, fence.longitude)
        return
          "\(head) \(event.id) \(event.rule) \(fence.kind) \(fence.zone) '\(fence.zoneName ?? "")' \(place)\(fence.gap ? " gap" : "")"
      case .general(let general):
        let data = general.data.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
        return "\(head) \(event.id) \(event.rule) \(general.type) \(general.severity) \(general.state) \(data)"
      }
    case .gap, .time, .health: return "\(head) \(record.kind)"
    }
  }
}

/// One line of `input.txt`: seconds of engine time, what came in, and its parts.
struct CaseLine {
  let time: EngineTime
  let words: [Substring]

  struct Unreadable: Error { var line: String }

  init(_ text: Substring) throws {
    words = text.split(separator: " ")
    guard words.count >= 2, let seconds = Double(words[0]) else { throw Unreadable(line: String(text)) }
    time = .seconds(seconds)
  }

  func feed(_ engine: inout RuleEngine) throws -> [Effect] {
    if words[1] == "advance" { return engine.advance(to: time) }
    return engine.ingest(Observation(time: time, content: try content()))
  }

  private func content() throws -> Observation.Content {
    let unreadable = Unreadable(line: words.joined(separator: " "))
    switch words[1] {
    case "start": return .system(.start(downtime: words[2] == "unknown" ? nil : .seconds(Double(words[2]) ?? 0)))
    case "clock":
      guard let zero = Timestamp(rfc3339: words[2]) else { throw unreadable }
      return .system(.clock(utcAtZero: zero))
    case "device":
      return .device(name: String(words[2]), isUp: words[3] == "up", reason: words.count > 4 ? String(words[4]) : nil)
    case "lost": return .positionLost(device: String(words[2]))
    case "reading":
      guard let name = SignalName(String(words[2])) else { throw unreadable }
      let value: Value =
        Double(words[3]).map(Value.number) ?? Bool(String(words[3])).map(Value.boolean) ?? .text(String(words[3]))
      return .reading(device: name.device, metric: name.metric, value: value, quality: .good)
    case "fix":
      guard let latitude = Double(words[3]), let longitude = Double(words[4]) else { throw unreadable }
      let zero = Timestamp(rfc3339: "2026-02-05T14:30:00Z")
      var position = Position(latitude: latitude, longitude: longitude, time: zero.map { $0 + (time - .zero) })
      for word in words.dropFirst(5) {
        let pair = word.split(separator: "=")
        guard pair.count == 2, let number = Double(pair[1]) else { throw unreadable }
        switch pair[0] {
        case "accuracy": position.accuracy = number
        case "speed": position.speed = number
        case "course": position.course = number
        case "time": position.time = zero.map { $0 + .seconds(number) }
        default: throw unreadable
        }
      }
      return .position(device: String(words[2]), position)
    default: throw unreadable
    }
  }
}

import Foundation

/// A day's records, a fix a second, come in as fast as the gateway takes them while the link is down: a minute and a half for 24 hours, less
/// where the schedule is short.
struct Backlog: Fault {
  static let name = "backlog"
  static let holds: Set<Hold> = [.files, .gateway, .link]
  let lasts: Double
  /// Seconds of a schedule in which it is a whole day's.
  static let wholeDay = 720.0

  /// Fixes a second; what the `replay` driver can do.
  private static let rate = 1000.0

  init(from random: inout Seeded, within seconds: Double) { lasts = min(90, seconds / 8) }

  var description: String { "\(Self.name) of \(Int(lasts * Self.rate)) records in \(format(lasts)) s" }

  func begin(on road: Road) throws {
    road.link.set(.cut)
    // Which comes first, a record of the real drive or the many, mustn't make fixes late.
    road.excuse(from: .now + -1)
    let first = 1_700_000_000 + 100_000 * road.tally[Self.name]
    let count = Int((lasts - 1) * Self.rate)
    if count >= 86_400 { road.tally["backlog of 24 hours"] += 1 }
    let lines = (0..<count).map { "\(first + $0),\(50 + Double($0 % 5000) * 1e-4),8.5" }
    try road.bench.write("t,lat,lon\n\(lines.joined(separator: "\n"))\n", to: "etc/devices.d/yesterday.csv")
    try road.bench.write(
      "devices:\n  yesterday: { driver: replay, file: yesterday.csv, speed: 1000 }\n",
      to: "etc/devices.d/yesterday.yaml")
    try road.reload(expecting: .code(0))
  }

  func end(on road: Road) throws {
    unlink(road.bench.path("etc/devices.d/yesterday.yaml"))
    try road.reload(expecting: .code(0))
    road.link.restore()
    road.endExcuse()
  }
}

/// More than a journal with tight bounds holds, in half a minute, while the link is down: a track that bends all the time, values that
/// are never the same, and texts, which can't be thinned. Tracks and values are thinned, then the oldest go; in the end the gateway is killed.
struct Flood: Fault {
  static let name = "flood"
  static let holds: Set<Hold> = [.files, .gateway, .link]
  let lasts = 30.0
  private let seed: UInt64

  init(from random: inout Seeded, within seconds: Double) { seed = random.next() }

  func begin(on road: Road) throws {
    road.link.set(.cut)
    road.excuse(from: .now + -1)
    try road.bench.write(track(), to: "etc/devices.d/yesterday.csv")
    try road.bench.write(
      "devices:\n  yesterday: { driver: replay, file: yesterday.csv, speed: 1000 }\n" + meters(),
      to: "etc/devices.d/flood.yaml")
    try road.reload(expecting: .code(0))
    // From here on each fix has to be there or within what is told.
    road.endExcuse()
  }

  func end(on road: Road) throws {
    unlink(road.bench.path("etc/devices.d/flood.yaml"))
    try road.reload(expecting: .code(0))
    road.link.restore()
    // A new process connects at once: after a back-off most of it would be older than the uplink keeps.
    try road.killGateway()
    try road.startGateway()
    road.tally[Kill.name] += 1
  }

  private func track() -> String {
    var random = Seeded(seed: seed)
    let lines = (0..<Int(lasts * 1000)).map { second in
      let (east, north) = (random.next(-3e-4...3e-4), random.next(-2e-4...2e-4))
      let latitude = 50 + Double(second % 5000) * 1e-4 + north
      return String(format: "%d,%.7f,%.7f", 1_700_000_000 + second, latitude, 8.5 + east)
    }
    return "t,lat,lon\n\(lines.joined(separator: "\n"))\n"
  }

  /// 800 texts a second that hardly deflate, some 160 KB, and 200 numbers.
  private func meters() -> String {
    var random = Seeded(seed: seed &+ 1)
    let alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")
    var text = "  load:\n    driver: simulator\n    every: 100 ms\n    metrics:\n"
    for metric in 0..<80 {
      let values = (0..<8).map { _ in
        "\"" + String((0..<250).map { _ in alphabet[Int(random.next() % 64)] }) + "\""
      }
      text += "      text_\(metric): { over: 100 ms, values: [\(values.joined(separator: ", "))] }\n"
    }
    for metric in 0..<20 { text += "      number_\(metric): { from: 0, to: 1000, over: \(7 + metric) s }\n" }
    return text
  }
}

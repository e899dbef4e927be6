import Foundation

/// Files change and are taken: a rule and a zone far away come and go, which must not change what the others do.
struct Reload: Fault {
  static let name = "reload"
  static let holds: Set<Hold> = [.files, .gateway]
  static let weight = 2
  private let number: Int

  init(from random: inout Seeded, within seconds: Double) { number = Int(random.next() % 1000) }

  func begin(on road: Road) throws {
    try road.bench.write(
      """
      zones:
        elsewhere_\(number): { circle: [-120.5, 10.25], radius: 100 m }
      rules:
        - name: elsewhere_\(number)
          on: { enter: elsewhere_\(number) }
          then: [{ event: geofence_event }]

      """, to: "etc/rules.d/elsewhere.yaml")
    try road.reload(expecting: .code(0))
  }
}

/// Files with mistakes are refused, and what ran runs on.
struct BadReload: Fault {
  static let name = "bad reload"
  static let holds: Set<Hold> = [.files, .gateway]
  static let weight = 2
  private let text: String

  init(from random: inout Seeded, within seconds: Double) {
    let mistakes = [
      "ruls: []\n", "rules: [{ name: x, when: gps.spead > 3, then: [{ event: x }] }]\n", "rules:\n\t- name: x\n",
      "zones: { x: { circle: [1000, 2], radius: 5 m } }\n", "rules: [", "\u{0}", "zones: { x: { file: /nowhere } }\n",
    ]
    text = mistakes[Int(random.next() % UInt64(mistakes.count))]
  }

  func begin(on road: Road) throws {
    try road.bench.write(text, to: "etc/rules.d/mistake.yaml")
    try road.reload(expecting: .code(1))
    unlink(road.bench.path("etc/rules.d/mistake.yaml"))
  }
}

/// A day's records, a fix a second, come in as fast as the gateway takes them while the link is down: a minute and a half for 24 hours, less
/// where the schedule is short.
struct Backlog: Fault {
  static let name = "backlog"
  static let holds: Set<Hold> = [.files, .gateway, .link]
  let lasts: Double

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

/// A rule raises an event that is larger than a record may be. It is dropped, and a `gap` record says so.
struct GiantEvent: Fault {
  static let name = "giant event"
  static let holds: Set<Hold> = [.gateway]

  /// The rule that does it on command: 432,000 bytes of text, more than the 256 KiB of a record.
  static let rule = """
      - name: giant
        on: { command: giant }
        then:
          - event:
              type: giant
              data:
                text: ('x'\(String(repeating: grow, count: 3)).replace('x', 'xx'))

    """
  private static let grow = ".replace('x', '\(String(repeating: "x", count: 60))')"

  init(from random: inout Seeded, within seconds: Double) {}

  func begin(on road: Road) throws {
    try road.gateway.command(["command", "giant", "--config", road.gateway.configuration])
  }
}

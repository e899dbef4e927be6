import Foundation

/// Reloads one after the other, of files with and without mistakes, while everything else goes on: a rule and a zone far away come and go,
/// which must not change what the others do; files with mistakes are refused, and what ran runs on.
struct Reload: Fault {
  static let name = "burst of reloads"
  static let holds: Set<Hold> = [.files, .gateway]
  static let weight = 6
  private let files: [File]
  var count: Int { files.count }

  /// What a reload finds.
  private enum File {
    /// A rule and a zone of their own, by number; `nil`: none.
    case good(Int?)
    case bad(String)
  }

  private static let mistakes = [
    "ruls: []\n", "rules: [{ name: x, when: gps.spead > 3, then: [{ event: x }] }]\n", "rules:\n\t- name: x\n",
    "zones: { x: { circle: [1000, 2], radius: 5 m } }\n", "rules: [", "\u{0}", "zones: { x: { file: /nowhere } }\n",
  ]

  init(from random: inout Seeded, within seconds: Double) {
    let count = 2 + Int(random.next() % UInt64(max(1, min(24, seconds / 3))))
    files = (0..<count).map { _ in
      switch random.next() % 4 {
      case 0: .good(nil)
      case 1: .good(Int(random.next() % 1000))
      default: .bad(Self.mistakes[Int(random.next() % UInt64(Self.mistakes.count))])
      }
    }
  }

  /// About what they take on an idle machine; what takes longer is waited for.
  var lasts: Double { 0.15 * Double(files.count) }
  var description: String { "\(Self.name): \(files.count)" }

  func begin(on road: Road) {
    // Beside the schedule, so that links go and come meanwhile.
    road.beside { for file in files { try take(file, on: road) } }
  }

  func end(on road: Road) throws {
    try road.waitForWhatIsBeside()
    for file in files {
      if case .bad = file { road.tally["bad reload"] += 1 } else { road.tally["good reload"] += 1 }
    }
  }

  private func take(_ file: File, on road: Road) throws {
    switch file {
    case .good(nil):
      unlink(road.bench.path("etc/rules.d/elsewhere.yaml"))
      try road.reload(expecting: .code(0))
    case .good(let number?):
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
    case .bad(let text):
      try road.bench.write(text, to: "etc/rules.d/mistake.yaml")
      try road.reload(expecting: .code(1))
      unlink(road.bench.path("etc/rules.d/mistake.yaml"))
    }
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

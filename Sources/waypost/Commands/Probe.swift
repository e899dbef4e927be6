import ArgumentParser

/// `waypost probe`: what hangs on a line, read by hand.
struct Probe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look at what hangs on a line, and read it by hand.",
    discussion: """
      Nothing is ever written to a device. Before it speaks on a bus it asks, since devices that somebody else reads \
      may be disturbed.
      """,
    subcommands: [ProbeModbus.self, ProbeSerial.self])
}

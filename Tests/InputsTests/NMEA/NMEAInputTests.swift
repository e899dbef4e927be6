import Config
import Foundation
import Glibc
import Model
import Testing

@testable import Inputs

/// The driver on real pseudo-terminals.
@Suite(.serialized, .enabled(if: SocatLine.isInstalled, "socat is not installed")) struct NMEAInputTests {
  private static func input(_ path: String, _ more: String = "baud: 4800") throws -> any Input {
    let text = "devices:\n  gps:\n    driver: nmea\n    connection: { port: \(path), \(more) }\n"
    var diagnostics = Diagnostics()
    let set = DeviceSet.load(
      [SourceFile(path: "devices.yaml", text: text)], positionDevice: nil, diagnostics: &diagnostics)
    return try #require(set?.devices.first?.input, "\(diagnostics.sorted())")
  }

  private static func isFix(_ content: Observation.Content) -> Bool {
    if case .position = content { true } else { false }
  }

  private static func rmc(_ n: Int) -> [UInt8] {
    let text = { (n: Int) in (n < 10 ? "0" : "") + String(n) }
    return Array((NMEATrackTests.rmc("12\(text(n / 60))\(text(n % 60)).00", "050226") + "\r\n").utf8)
  }

  /// Says something that is no fix until the gateway has the line open: what comes before is thrown away.
  private static func awake(_ line: SocatLine, _ sink: CollectingSink, again times: Int = 0) throws {
    let up = Observation.Content.device(name: "gps", isUp: true, reason: nil)
    for _ in 0..<2400 {
      try line.send(NMEATrackTests.sentence("GPTXT,01,01,02,awake") + "\r\n")
      if sink.wait(seconds: 0.05, until: { $0.count { $0 == up } == times + 1 }) { return }
    }
    throw Unmet(description: "never read: \(sink.contents)")
  }

  /// Says a fix a time, until one has come.
  private static func feed(_ line: SocatLine, _ sink: CollectingSink) throws {
    for n in 0..<300 where !sink.wait(seconds: 0.3, until: { $0.contains(where: Self.isFix) }) {
      try line.send(rmc(n))
    }
    try demand(sink.contents.contains(where: Self.isFix), "\(sink.contents)")
  }

  @Test(.enabled(if: RecordedDrives.isThere, "test data is missing: set WAYPOST_TEST_DATA"))
  func aLogOverALineGivesWhatTheReaderOfRecordingsGives() async throws {
    let sink = CollectingSink()
    let line = try await onThread { try SocatLine() }
    let bytes = try RecordedDrives.bytes("gps/quectel.log")
    let recorded = try RecordedDrives.track("gps/quectel.log").positions
    _ = try await whileRunning(try Self.input(line.path, "baud: auto"), into: sink) {
      try Self.awake(line, sink)
      try line.send(bytes)
      try demand(sink.wait { $0.filter(Self.isFix).count == recorded.count }, "\(sink.contents.count)")
    }
    let positions = sink.contents.compactMap { if case .position(_, let position) = $0 { position } else { nil } }
    #expect(positions.map(\.latitude) == recorded.map(\.latitude))
    #expect(positions.map(\.longitude) == recorded.map(\.longitude))
    #expect(positions.map(\.time) == recorded.map { $0.time.flatMap(WeekRollOver.corrected) })
  }

  @Test func anAdapterIsClosedWithinASecondAndFoundUnderItsLastingNameWithinFive() async throws {
    let sink = CollectingSink()
    let line = try await onThread { try SocatLine() }
    let ending = try await whileRunning(try Self.input(line.path), into: sink) {
      // How long it took each time until it was open again: that of one is the gateway's, that of another a busy machine's.
      var waits: [Double] = []
      for n in 0..<3 {
        try Self.awake(line, sink, again: n)
        try line.send(Self.rmc(2 * n))
        try demand(sink.wait { $0.filter(Self.isFix).count == n + 1 }, "\(n): \(sink.contents)")
        let terminal = Self.terminal(line.path)
        line.unplug()
        let pulled = BootClock.now
        let gone = Observation.Content.device(name: "gps", isUp: false, reason: "unplugged")
        try demand(sink.wait { $0.filter { $0 == gone }.count == n + 1 }, "\(n): \(sink.contents)")
        let told = sink.time(of: gone) - pulled
        try demand(told < 1_000_000_000, "told after \(told) ns")
        try eventually("it is closed") { !Self.descriptors(terminal).contains(where: Self.hasHungUp) }
        try line.plug()
        let plugged = BootClock.now
        try eventually("it is found") { Self.isOpen(line.path) }
        waits.append(Double(BootClock.now - plugged) / 1e9)
      }
      try demand(waits.contains { $0 < 5 }, "found after \(waits) s")
    }
    #expect(ending < .seconds(1))
  }

  /// Whether this process has the terminal open to which the path leads.
  private static func isOpen(_ path: String) -> Bool { !descriptors(terminal(path)).isEmpty }

  /// As the kernel calls it to which the path leads; empty: to none.
  private static func terminal(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return "" }
    defer { free(real) }
    return String(cString: real)
  }

  /// This process's own that are open on a terminal of that name. The name may be another's by now, which another test has open.
  private static func descriptors(_ terminal: String) -> [Int32] {
    (0..<1024).filter { descriptor in
      var buffer = [CChar](repeating: 0, count: 4096)
      let count = readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count - 1)
      guard count > 0 else { return false }
      let name = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      return name == terminal || name == terminal + " (deleted)"
    }
  }

  /// Nobody is at the other end any more, nor will be.
  private static func hasHungUp(_ descriptor: Int32) -> Bool {
    var poller = pollfd(fd: descriptor, events: 0, revents: 0)
    return poll(&poller, 1, 0) == 1 && Int32(poller.revents) & Int32(POLLHUP) != 0
  }

  /// As when adapters come back together: the name leads to its old number, which is another's by now, until udev renews it.
  @Test func aNameThatComesToStandForAnotherPortIsFollowedAndNothingIsReadOfTheFirst() async throws {
    let sink = CollectingSink()
    let folder = NSTemporaryDirectory() + "waypost-names-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
    let name = folder + "/by-id"
    let first = try PseudoTerminal(name: name)
    let second = try PseudoTerminal()
    _ = try await whileRunning(try Self.input(name), into: sink) {
      try eventually("the first is open") { Self.isOpen(name) }
      try second.call(name)
      try demand(first.say(Self.rmc(1)), "the first takes nothing")
      try eventually("the second is open") { Self.isOpen(name) }
      for n in 0..<300 where !sink.wait(seconds: 0.3, until: { $0.contains(where: Self.isFix) }) {
        try demand(second.say(Self.rmc(10 + n)), "the second takes nothing")
      }
      let times = sink.contents.compactMap { content -> Timestamp? in
        if case .position(_, let position) = content { position.time } else { nil }
      }
      try demand(times.first.map { $0 >= Timestamp(rfc3339: "2026-02-05T12:00:10Z")! } == true, "\(sink.contents)")
    }
    second.forget()
    withExtendedLifetime(first) {}
  }

  @Test func aPortThatIsNotThereIsAwaited() async throws {
    let sink = CollectingSink()
    let line = try await onThread { try SocatLine(isPlugged: false) }
    _ = try await whileRunning(try Self.input(line.path), into: sink) {
      let missing = Observation.Content.device(name: "gps", isUp: false, reason: "missing")
      try demand(sink.wait { $0 == [missing] }, "\(sink.contents)")
      try line.plug()
      try Self.feed(line, sink)
    }
  }

  @Test func aPortThatAnotherProgramHasIsBusy() async throws {
    let sink = CollectingSink()
    let line = try await onThread { try SocatLine() }
    let other = open(line.path, O_RDWR | O_NOCTTY | O_CLOEXEC)
    #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
    _ = try await whileRunning(try Self.input(line.path), into: sink) {
      let busy = Observation.Content.device(name: "gps", isUp: false, reason: "busy")
      try demand(sink.wait { $0 == [busy] }, "\(sink.contents)")
      close(other)
      try Self.feed(line, sink)
    }
  }

  @Test(arguments: [("/dev/null", "not_serial"), ("/etc/hostname", "not_serial"), ("/dev/ttyNONE0", "missing")])
  func whatIsNoSerialPortIsToldAsSuch(path: String, reason: String) async throws {
    let sink = CollectingSink()
    let ending = try await whileRunning(try Self.input(path), into: sink) {
      try demand(
        sink.wait { $0 == [.device(name: "gps", isUp: false, reason: reason)] }, "\(sink.contents)")
    }
    #expect(ending < .seconds(1))
  }

  @Test func aSerialServerIsReadOverTCP() async throws {
    let sink = CollectingSink()
    let server = try LoopbackSocket.listen()
    let text = "devices:\n  gps: { driver: nmea, connection: { tcp: localhost, port: \(server.port) } }\n"
    var diagnostics = Diagnostics()
    let set = DeviceSet.load(
      [SourceFile(path: "devices.yaml", text: text)], positionDevice: nil, diagnostics: &diagnostics)
    let input = try #require(set?.devices.first?.input, "\(diagnostics.sorted())")
    _ = try await whileRunning(input, into: sink) {
      do {
        let first = try server.accept()
        first.send(String(decoding: Self.rmc(1), as: UTF8.self))
        try demand(sink.wait { $0.filter(Self.isFix).count == 1 }, "\(sink.contents)")
      }
      let second = try server.accept()
      try demand(sink.wait { $0.contains(.device(name: "gps", isUp: false, reason: "closed")) }, "\(sink.contents)")
      second.send(String(decoding: Self.rmc(2), as: UTF8.self))
      try demand(sink.wait { $0.filter(Self.isFix).count == 2 }, "\(sink.contents)")
    }
  }
}

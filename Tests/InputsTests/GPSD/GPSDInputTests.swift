import Inputs
import Model
import Testing

/// The driver against servers that are not as they should be.
@Suite(.serialized) struct GPSDInputTests {
  private static let version = #"{"class":"VERSION","release":"3.22","proto_major":3,"proto_minor":14}"# + "\n"
  private static let fix = #"{"class":"TPV","device":"/dev/gps","mode":3,"lat":46.2,"lon":6.1}"# + "\n"

  private static func isFix(_ content: Observation.Content) -> Bool {
    if case .position = content { true } else { false }
  }

  @Test func aServerThatSendsGarbageIsLeftAndTriedAgain() async throws {
    let sink = CollectingSink()
    let server = try LoopbackSocket.listen()
    _ = try await whileRunning(GPSDInput(device: "gps", port: server.port), into: sink) {
      let first = try server.accept()
      first.send("\u{1}\u{2}{{{\"class\"x\"class\":\"SKY\"}\n")
      try demand(first.isClosedByPeer(), "\(sink.contents)")
      try demand(sink.wait { $0 == [.device(name: "gps", isUp: false, reason: "not_gpsd")] }, "\(sink.contents)")
      let second = try server.accept()
      second.send(Self.version + Self.fix)
      try demand(sink.wait { $0.contains(where: Self.isFix) }, "\(sink.contents)")
    }
  }

  @Test func halfALineAtTheEndOfAConnectionDoesNotSpoilTheNext() async throws {
    let sink = CollectingSink()
    let server = try LoopbackSocket.listen()
    _ = try await whileRunning(GPSDInput(device: "gps", port: server.port), into: sink) {
      do {
        let first = try server.accept()
        try demand(first.line() == #"?WATCH={"enable":true,"json":true};"#, "\(sink.contents)")
        first.send(Self.version + Self.fix + Self.fix.prefix(30))
        try demand(sink.wait { $0.contains(where: Self.isFix) }, "\(sink.contents)")
      }
      let second = try server.accept()
      second.send(Self.version + Self.fix + Self.fix)
      try demand(sink.wait { $0.filter(Self.isFix).count == 3 }, "\(sink.contents)")
    }
  }

  @Test func halfALineAndThenSilenceEndsInTheLossOfTheFix() async throws {
    let sink = CollectingSink()
    let server = try LoopbackSocket.listen()
    let input = GPSDInput(device: "gps", port: server.port, staleAfter: .seconds(1))
    let ending = try await whileRunning(input, into: sink) {
      let client = try server.accept()
      client.send(Self.version + Self.fix + Self.fix.prefix(30))
      let silent = Observation.Content.device(name: "gps", isUp: false, reason: "silent")
      try demand(sink.wait { $0.suffix(2) == [.positionLost(device: "gps"), silent] }, "\(sink.contents)")
    }
    #expect(ending < .seconds(1))
  }

  @Test func itStopsWhileItWaitsToTryAgain() async throws {
    let sink = CollectingSink()
    let port = try LoopbackSocket.freePort()
    let ending = try await whileRunning(GPSDInput(device: "gps", port: port), into: sink) {
      try demand(sink.wait { $0 == [.device(name: "gps", isUp: false, reason: "refused")] }, "\(sink.contents)")
    }
    #expect(ending < .seconds(1))
  }

  @Test func itStopsWhileTheHostDoesNotAnswer() async throws {
    let sink = CollectingSink()
    let server = try LoopbackSocket.listen(backlog: 0)
    // Those that nobody accepts fill the queue; the kernel then drops what comes, as a black hole would.
    var queue: [LoopbackSocket] = []
    repeat {
      queue.append(try .connect(port: server.port, blocking: false))
    } while queue[queue.count - 1].isReady(4, seconds: 0.5) && queue.count < 64
    #expect(queue.count < 64)
    let ending = try await whileRunning(GPSDInput(device: "gps", port: server.port), into: sink) {
      // Nothing at all may come for as long as it connects.
      try demand(!sink.wait(seconds: 0.5) { !$0.isEmpty }, "\(sink.contents)")
    }
    #expect(ending < .seconds(1))
    withExtendedLifetime(queue) {}
  }

  @Test func itStopsWhileANameIsLookedUp() async throws {
    let ending = try await whileRunning(
      GPSDInput(device: "gps", host: "gpsd.invalid"), into: CollectingSink()
    ) {}
    #expect(ending < .seconds(1))
  }

  @Test func itIsReachedByANameWhoseFirstAddressRefuses() async throws {
    let sink = CollectingSink()
    let server = try LoopbackSocket.listen()
    _ = try await whileRunning(GPSDInput(device: "gps", host: "localhost", port: server.port), into: sink) {
      try server.accept().send(Self.version + Self.fix)
      try demand(sink.wait { $0.contains(where: Self.isFix) }, "\(sink.contents)")
      // That ::1 refused was no news of the device.
      try demand(sink.contents.first == .device(name: "gps", isUp: true, reason: nil), "\(sink.contents)")
    }
  }
}

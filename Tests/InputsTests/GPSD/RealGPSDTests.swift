import Foundation
import Inputs
import Model
import Testing

/// What gpsd told any other client and what the driver made of it, side by side.
@Suite(
  .serialized, .enabled(if: RealGPSD.isInstalled, "gpsd is not installed"),
  .enabled(if: RealGPSD.hasLogs, "no logs of receivers: set WAYPOST_TEST_DATA")
)
struct RealGPSDTests {
  /// A fix, as both sides tell it.
  struct Fix: Hashable, Sendable {
    var latitude: Double
    var longitude: Double
    var mode: Int
    var time: Timestamp?
  }

  static let logs = ((try? FileManager.default.contentsOfDirectory(atPath: RealGPSD.logs)) ?? [])
    .filter { $0.hasSuffix(".log") }.sorted()

  private static func fix(_ line: String) -> Fix? {
    guard let object = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any],
      object["class"] as? String == "TPV", let mode = object["mode"] as? Int, mode >= 2,
      let latitude = object["lat"] as? Double, let longitude = object["lon"] as? Double
    else { return nil }
    return Fix(
      latitude: latitude, longitude: longitude, mode: mode,
      time: (object["time"] as? String).flatMap { Timestamp(rfc3339: $0) })
  }

  private static func fixes(_ contents: [Observation.Content]) -> [Fix] {
    contents.compactMap {
      guard case .position(_, let position) = $0 else { return nil }
      return Fix(
        latitude: position.latitude, longitude: position.longitude, mode: position.mode == .twoD ? 2 : 3,
        time: position.time)
    }
  }

  /// One second of a receiver at a place where no log was made. gpsd reports when it knows which sentence ends a cycle, which it
  /// learns from the clock going on.
  private static func farAway(_ second: Int) -> [UInt8] {
    RealGPSD.sentence("GPGGA,\(time(second)),0730.0000,N,00015.0000,E,1,08,1.0,100.0,M,20.0,M,,")
      + RealGPSD.sentence("GPRMC,\(time(second)),A,0730.0000,N,00015.0000,E,1.0,10.0,010534,,,A")
  }
  private static func isFarAway(_ fix: Fix) -> Bool { fix.latitude == 7.5 && fix.longitude == 0.25 }

  /// The same receiver, half an hour later and without a fix.
  private static func noFix(_ second: Int) -> [UInt8] {
    RealGPSD.sentence("GPGGA,\(time(second + 1800)),,,,,0,00,,,M,,M,,")
      + RealGPSD.sentence("GPRMC,\(time(second + 1800)),V,,,,,,,010534,,,N")
  }
  private static func time(_ second: Int) -> String {
    "12\(second / 600)\(second / 60 % 10)\(second / 10 % 6)\(second % 10).00"
  }

  private static func isUp(_ contents: [Observation.Content]) -> Bool {
    contents.last { if case .device = $0 { true } else { false } } == .device(name: "gps", isUp: true, reason: nil)
  }

  /// Feeds, a second of the receiver's at a time, until the condition holds; for a minute and a half at least.
  private static func feed(
    _ gpsd: RealGPSD, _ sentences: (Int) -> [UInt8], into sink: CollectingSink,
    until isDone: ([Observation.Content]) -> Bool
  ) throws {
    for second in 0..<1800 {
      try gpsd.feed(sentences(second))
      if sink.wait(seconds: 0.05, until: isDone) { return }
    }
    throw Unmet(description: "gpsd did not report: \(sink.contents.suffix(5))")
  }

  @Test(arguments: logs)
  func everyFixThatGpsdReportsArrivesOnceAndInOrder(_ log: String) async throws {
    let sink = CollectingSink()
    let gpsd = try RealGPSD()
    let input = GPSDInput(device: "gps", port: gpsd.port)
    try gpsd.start()
    let witness = try await onThread { try gpsd.watch() }
    _ = try await whileRunning(input, into: sink) {
      try Self.feed(gpsd, Self.noFix, into: sink, until: Self.isUp)
      let bytes = try Data(contentsOf: URL(fileURLWithPath: RealGPSD.logs + "/" + log))
      // Comments and what another gpsd said are no part of what the receiver sent.
      for line in bytes.split(separator: 10) where line.first != UInt8(ascii: "#") && line.first != UInt8(ascii: "{") {
        try gpsd.feed(line + [10])
      }
      try Self.feed(gpsd, Self.farAway, into: sink) { Self.fixes($0).contains(where: Self.isFarAway) }
      var told: [Fix] = []
      while let line = witness.line() {
        guard let fix = Self.fix(line) else { continue }
        if Self.isFarAway(fix) { break }
        told.append(fix)
      }
      let arrived = Array(Self.fixes(sink.contents).prefix { !Self.isFarAway($0) })
      // What gpsd makes of the others depends on its timing; this one is fixes from beginning to end.
      try demand(!log.hasPrefix("ericsson") || told.count >= 50, "\(told.count) fixes")
      try demand(arrived == told, "told \(told.count) fixes, arrived \(arrived.count)")
    }
  }

  @Test func aLateGpsdIsFoundAndARestartedOneFoundAgain() async throws {
    let sink = CollectingSink()
    let gpsd = try RealGPSD()
    let input = GPSDInput(device: "gps", host: "localhost", port: gpsd.port)
    _ = try await whileRunning(input, into: sink) {
      try demand(sink.wait { $0 == [.device(name: "gps", isUp: false, reason: "refused")] }, "\(sink.contents)")
      try gpsd.start()
      _ = try gpsd.watch()
      try Self.feed(gpsd, Self.farAway, into: sink) { !Self.fixes($0).isEmpty && Self.isUp($0) }
      gpsd.stop()
      try demand(sink.wait { $0.contains(.device(name: "gps", isUp: false, reason: "closed")) }, "\(sink.contents)")
      let before = Self.fixes(sink.contents).count
      try gpsd.start()
      _ = try gpsd.watch()
      try Self.feed(gpsd, Self.farAway, into: sink) { Self.fixes($0).count > before && Self.isUp($0) }
    }
  }

  @Test func theLossOfTheFixIsTold() async throws {
    let sink = CollectingSink()
    let gpsd = try RealGPSD()
    try gpsd.start()
    _ = try await onThread { try gpsd.watch() }
    _ = try await whileRunning(GPSDInput(device: "gps", port: gpsd.port), into: sink) {
      try Self.feed(gpsd, Self.farAway, into: sink) { !Self.fixes($0).isEmpty }
      try Self.feed(gpsd, Self.noFix, into: sink) { $0.last == .positionLost(device: "gps") }
    }
  }
}

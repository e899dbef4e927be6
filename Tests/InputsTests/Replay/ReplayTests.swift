import Config
import Foundation
import Model
import Synchronization
import Testing

@testable import Inputs

/// Keeps what it gets, and tells when there is enough.
final class ArrivalList: ObservationSink {
  private let state = Mutex<[Arrival]>([])
  private let stream: AsyncStream<Int>
  private let counts: AsyncStream<Int>.Continuation

  init() { (stream, counts) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

  func submit(_ arrival: Arrival) -> Bool {
    counts.yield(
      state.withLock {
        $0.append(arrival)
        return $0.count
      })
    return true
  }

  var contents: [Observation.Content] { state.withLock { $0.map(\.content) } }

  /// Waits until so many have come.
  func wait(for count: Int) async {
    for await now in stream where now >= count { return }
  }
}

@Suite struct ReplayTests {
  static let start = Timestamp(rfc3339: "2026-02-05T12:00:00Z")!
  static let now = Timestamp(rfc3339: "2026-11-21T08:00:00Z")!

  static func track(_ times: [Double], from start: Timestamp = start) -> Track {
    Track(
      format: .csv,
      points: times.map { offset in
        TrackPoint(
          offset: .seconds(offset),
          content: .position(
            device: "gps", Position(latitude: 46, longitude: 6 + offset / 1000, time: start + .seconds(offset))))
      }, issues: TrackIssues())
  }

  static func all(_ schedule: ReplaySchedule, limit: Int = 20) -> [(offset: Double, time: Timestamp?)] {
    var schedule = schedule
    var result: [(Double, Timestamp?)] = []
    while result.count < limit, let point = schedule.next() {
      guard case .position(_, let position) = point.content else { continue }
      result.append((point.offset.seconds, position.time))
    }
    return result
  }

  @Test func pointsAreDueAsTheyWereRecordedAndKeepTheirTimes() {
    let plan = Self.all(ReplaySchedule(Self.track([0, 1, 5]), factor: 1, loops: false, now: Self.now))
    #expect(plan.map(\.offset) == [0, 1, 5])
    #expect(plan.map(\.time) == [0, 1, 5].map { Self.start + .seconds($0) })
  }

  @Test func fasterOnlyTheWaitsAreShorter() {
    let plan = Self.all(ReplaySchedule(Self.track([0, 1, 5]), factor: 10, loops: false, now: Self.now))
    #expect(plan.map(\.offset) == [0, 0.1, 0.5])
    #expect(plan.map(\.time) == [0, 1, 5].map { Self.start + .seconds($0) })
  }

  @Test func eachRoundGoesOnInTime() {
    let plan = Self.all(ReplaySchedule(Self.track([0, 1, 5]), factor: 1, loops: true, now: Self.now), limit: 7)
    #expect(plan.map(\.offset) == [0, 1, 5, 6, 7, 11, 12])
    #expect(plan.map(\.time) == [0, 1, 5, 6, 7, 11, 12].map { Self.start + .seconds($0) })
  }

  @Test func aTrackWithoutDatesIsOfToday() {
    let undated = Self.track([0, 1], from: Timestamp(milliseconds: 1000))
    let plan = Self.all(ReplaySchedule(undated, factor: 1, loops: false, now: Self.now))
    #expect(plan.map(\.time) == [Self.now, Self.now + .seconds(1)])
  }

  @Test func theInputPlaysAFileToItsEnd() async throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("waypost-\(UUID().uuidString).csv")
    try Data("t,lat,lon\n10,46,6\n11,46,6.001\n12,46,6.002\n".utf8).write(to: file)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(at: file) } }
    let list = ArrivalList()
    try await ReplayInput(device: "gps", file: file.path, factor: 1000).run(into: list)
    let contents = list.contents
    #expect(contents.count == 6)
    #expect(contents.first == .device(name: "gps", isUp: true, reason: nil))
    #expect(contents.suffix(2) == [.positionLost(device: "gps"), .device(name: "gps", isUp: false, reason: "end")])
  }

  @Test func aFileThatIsNotThereIsToldOnceAndWaitedFor() async throws {
    let list = ArrivalList()
    let input = ReplayInput(device: "gps", file: "/nonexistent/drive.nmea")
    let task = Task { try await input.run(into: list) }
    await list.wait(for: 1)
    task.cancel()
    try await task.value
    #expect(list.contents == [.device(name: "gps", isUp: false, reason: "missing")])
  }

  @Test func theDriverReadsItsKeys() throws {
    let (set, text) = Self.load("driver: replay\n    file: drives/a.nmea\n    speed: 10\n    loop: true")
    #expect(text == [])
    let input = try #require(set?.devices.first?.input as? ReplayInput)
    #expect(input.file == "/etc/waypost/devices.d/drives/a.nmea" && input.factor == 10 && input.loops)
    #expect(set?.devices.first?.declaration.givesPosition == true)
  }

  @Test(arguments: [
    ("driver: replay", "missing-key"), ("driver: replay\n    file: a\n    speed: 0", "out-of-range"),
    ("driver: replay\n    file: a\n    loops: true", "unknown-key"),
    ("driver: simulator", "missing-key"),
    ("driver: simulator\n    track: a\n    waypoints: [[1, 2], [3, 4]]", "either-or"),
    ("driver: simulator\n    waypoints: [[6, 46], [6, 46]]", "short-line"),
    ("driver: simulator\n    waypoints: [[6, 46], [6, 146]]", "out-of-range"),
    ("driver: simulator\n    waypoints: [[6, 46], [6, 47]]\n    every: 0 s", "out-of-range"),
  ])
  func aMistakeInTheDeviceFileIsTold(text: String, code: String) {
    let (set, codes) = Self.load(text)
    #expect(set == nil)
    #expect(codes == [code])
  }

  /// The device set and the codes of the diagnostics.
  static func load(_ device: String) -> (DeviceSet?, [String]) {
    var diagnostics = Diagnostics()
    let file = SourceFile(path: "/etc/waypost/devices.d/truck.yaml", text: "devices:\n  gps:\n    \(device)\n")
    let set = DeviceSet.load([file], positionDevice: nil, diagnostics: &diagnostics)
    return (set, diagnostics.all.map(\.code))
  }
}

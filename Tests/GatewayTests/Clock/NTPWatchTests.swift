import Foundation
import Model
import Synchronization
import Testing

@testable import Gateway

@Suite struct NTPWatchTests {
  /// What the watch asks, played by the test: systemd answers when the test lets it.
  final class World: Sendable {
    struct Answers {
      var kernel: Bool?
      var timesyncd: Bool?
      var systemd: Bool?
      var seconds: Double = 1000
      /// How far the wall clock is ahead of the boot clock, seconds.
      var ahead: Double = 1_800_000_000
      var questions = 0
    }

    let answers: Mutex<Answers>
    private let isHeld: DispatchSemaphore?

    init(kernel: Bool? = nil, timesyncd: Bool? = nil, systemd: Bool? = nil, held: Bool = false) {
      answers = Mutex(Answers(kernel: kernel, timesyncd: timesyncd, systemd: systemd))
      isHeld = held ? DispatchSemaphore(value: 0) : nil
    }

    func letSystemdAnswer() { isHeld?.signal() }
    func pass(seconds: Double) { answers.withLock { $0.seconds += seconds } }
    var questions: Int { answers.withLock { $0.questions } }

    func watch() -> NTPWatch {
      NTPWatch(
        sources: NTPWatch.Sources(
          kernel: { self.answers.withLock { $0.kernel } }, timesyncd: { self.answers.withLock { $0.timesyncd } },
          systemd: { _ in
            self.isHeld?.wait()
            return self.answers.withLock {
              $0.questions += 1
              return $0.systemd
            }
          }, now: { self.answers.withLock { Int64($0.seconds * 1e9) } },
          wall: { self.answers.withLock { Timestamp(milliseconds: Int64(($0.seconds + $0.ahead) * 1000)) } }))
    }
  }

  /// Looks until the watch's thread has brought the answer.
  private func becomesTrue(_ watch: NTPWatch) async throws -> Bool { try await becomes { watch.isSynchronised } }

  private func becomes(_ count: Int, questionsOf world: World) async throws -> Bool {
    try await becomes { world.questions == count }
  }

  /// Looks from a thread of its own: in the pool, which other tests hold, its turn may come a minute later.
  private func becomes(_ isSo: @escaping @Sendable () -> Bool) async throws -> Bool {
    try await ControlSocketTests.offPool {
      let end = ContinuousClock.now + .seconds(300)
      while !isSo() {
        guard ContinuousClock.now < end else { return false }
        poll(nil, 0, 5)
      }
      return true
    }
  }

  @Test func wherePermittedTheKernelDecidesAndNobodyElseIsAsked() {
    let world = World(kernel: false, timesyncd: true, systemd: true)
    let watch = world.watch()
    #expect(!watch.askAtStart())
    #expect(!watch.isSynchronised)
    world.answers.withLock { $0.kernel = true }
    #expect(watch.isSynchronised)
    #expect(world.questions == 0)
  }

  @Test func whereTimesyncdHasNotSynchronisedSystemdIsNotAsked() {
    let world = World(timesyncd: false, systemd: true)
    let watch = world.watch()
    #expect(!watch.askAtStart())
    #expect(!watch.isSynchronised)
    #expect(world.questions == 0)
  }

  @Test func timesyncdsMarkerIsEnoughAtTheStart() {
    let world = World(timesyncd: true)
    let watch = world.watch()
    #expect(watch.askAtStart())
    #expect(watch.isSynchronised)
    #expect(world.questions == 0)
  }

  @Test func anotherDaemonIsKnownBySystemd() {
    let world = World(systemd: true)
    let watch = world.watch()
    #expect(watch.askAtStart())
    #expect(watch.isSynchronised)
    #expect(world.questions == 1)
  }

  @Test func aLookNeverWaitsForSystemd() async throws {
    let world = World(systemd: true, held: true)
    let watch = world.watch()
    #expect(!watch.isSynchronised)
    #expect(!watch.isSynchronised)
    world.letSystemdAnswer()
    #expect(try await becomesTrue(watch))
    #expect(world.questions == 1)
  }

  @Test func systemdIsAskedOnceInTwentySecondsAndAnAnswerGrowsOld() async throws {
    let world = World(systemd: true)
    let watch = world.watch()
    #expect(watch.askAtStart())
    world.pass(seconds: 10)
    #expect(watch.isSynchronised)
    world.pass(seconds: 6)
    #expect(!watch.isSynchronised)
    #expect(world.questions == 1)
    world.pass(seconds: 4)
    #expect(try await becomesTrue(watch))
    #expect(world.questions == 2)
  }

  @Test func aClockSetByHandBesideTimesyncdsMarkerIsNotBelieved() async throws {
    let world = World(timesyncd: true, systemd: false)
    let watch = world.watch()
    #expect(watch.askAtStart())
    world.pass(seconds: 3600)
    #expect(!watch.isSynchronised)
    #expect(try await becomes(1, questionsOf: world))
    world.pass(seconds: 1)
    #expect(!watch.isSynchronised)
  }

  @Test func anAnswerIsNotAboutAClockThatHasSteppedSince() async throws {
    let world = World(systemd: true)
    let watch = world.watch()
    #expect(watch.askAtStart())
    world.pass(seconds: 3)
    world.answers.withLock {
      $0.ahead += 10_800
      $0.systemd = false
    }
    #expect(!watch.isSynchronised)
    world.pass(seconds: 17)
    #expect(!watch.isSynchronised)
    #expect(try await becomes(2, questionsOf: world))
    #expect(!watch.isSynchronised)
  }

  @Test func withoutSystemdsAnswerTimesyncdsMarkerHolds() async throws {
    let world = World(timesyncd: true, systemd: nil)
    let watch = world.watch()
    #expect(try await becomesTrue(watch))
  }

  @Test(arguments: [
    ("printf 'yes\\n'", true), ("printf 'no\\n'", false), ("exit 1", nil), ("printf 'yes'", nil),
    ("printf 'maybe\\n'", nil), ("yes | head -c 100000", nil), ("exec sleep 600", nil),
    ("exec >&-; exec sleep 600", nil),
  ])
  func onlyYesAndNoCountAndOnlyInTime(script: String, expected: Bool?) {
    // What never ends is given up after a second; what ends has all the time of a loaded machine.
    let patience = script.contains("sleep") ? 1000 : 60_000
    #expect(TimeDateControl.isSynchronised(within: patience, command: ["/bin/sh", "-c", script]) == expected)
  }

  @Test func aProgramThatIsNotThereIsNoAnswer() {
    #expect(TimeDateControl.isSynchronised(within: 1000, command: ["/nonexistent/timedatectl"]) == nil)
  }

  @Test func theProgramGetsNothingOfTheGateways() {
    let descriptor = open("/dev/null", O_RDONLY)
    defer { close(descriptor) }
    let script = "[ -z \"$NOTIFY_SOCKET$HOME\" ] && [ ! -e /proc/self/fd/\(descriptor) ] && echo yes || echo no"
    #expect(TimeDateControl.isSynchronised(within: 60_000, command: ["/bin/bash", "-c", script]) == true)
  }
}

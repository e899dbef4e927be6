import Gateway
import Glibc

/// How far a long replay is, on one line that is overwritten: only where a person looks on, and never between the lines of the result.
struct ReplayProgress {
  /// What is over sooner needs no progress.
  private static let patience = Duration.seconds(1)
  private static let pace = Duration.milliseconds(200)
  /// Looking at the clock costs a hundredth of a fix; so often is often enough.
  private static let stride = 1000

  private let track: String
  private let isShown: Bool
  private let begun = ContinuousClock.now
  private var next: ContinuousClock.Instant
  private var steps = 0
  private var isOnScreen = false

  /// - Parameter printsRecords: Records are printed meanwhile, which is progress enough on a terminal.
  init(track: String, printsRecords: Bool) {
    self.track = track.split(separator: "/").last.map(String.init) ?? track
    isShown = isatty(STDERR_FILENO) == 1 && !(printsRecords && isatty(STDOUT_FILENO) == 1)
    next = begun + Self.patience
  }

  /// Tells after a step how far it is, if it is time.
  mutating func note(_ replay: ReplayRun) {
    guard isShown else { return }
    steps += 1
    guard steps % Self.stride == 0, ContinuousClock.now >= next else { return }
    let now = ContinuousClock.now
    next = now + Self.pace
    isOnScreen = true
    let line = Self.line(
      track: track, share: replay.share, fixes: replay.summary.fixes, seconds: (now - begun) / .seconds(1))
    // Back to the line's beginning, and what stood there before erased (ECMA-48, 8.3.41).
    Output.write(Array("\r\u{1B}[K\(line)".utf8), to: STDERR_FILENO)
  }

  /// Takes the line away.
  mutating func end() {
    guard isOnScreen else { return }
    isOnScreen = false
    Output.write(Array("\r\u{1B}[K".utf8), to: STDERR_FILENO)
  }

  /// `yesterday.gpx  45 %  123456 fixes  400000 a second`
  static func line(track: String, share: Double, fixes: Int, seconds: Double) -> String {
    let pace = seconds > 0 ? Double(fixes) / seconds : 0
    return "\(track)  \(Int(share * 100)) %  \(fixes) fixes  \(pace.fixed(0)) a second"
  }
}

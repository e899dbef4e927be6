import Foundation
import Synchronization

/// The most that this process has held in memory while something went on, beyond what it held before.
///
/// Other tests of the process need memory meanwhile, about 100 MB all together: an attack must send more than `limit` to be seen here.
final class MemoryPeak: Sendable {
  static let limit = 192 << 20

  private let before: Int
  private let most: Mutex<Int>

  init() {
    before = Self.resident
    most = Mutex(before)
  }

  /// To be called again and again.
  func look() { most.withLock { $0 = max($0, Self.resident) } }

  var growth: Int {
    look()
    return most.withLock { $0 } - before
  }

  private static var resident: Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
    return (Int(text.split(separator: " ")[1]) ?? 0) * 4096
  }
}

import Foundation
import Glibc

@testable import Inputs

/// Stands between the driver and a server over TCP, and spoils what it lets through. Counts the connections that are open at once.
final class FaultyHost: @unchecked Sendable {
  let port: UInt16
  private let listener: LoopbackSocket
  private let server: UInt16
  private let lock = NSLock()
  private var choose: @Sendable ([UInt8]) -> Fault
  private var isStopped = false
  private var open: [LoopbackSocket] = []
  private var mostOpen = 0
  private var total = 0

  init(server: UInt16, _ choose: @escaping @Sendable ([UInt8]) -> Fault) throws {
    listener = try LoopbackSocket.listen()
    port = listener.port
    self.server = server
    self.choose = choose
    Thread.detachNewThread { self.accept() }
  }

  func set(_ choose: @escaping @Sendable ([UInt8]) -> Fault) { lock.withLock { self.choose = choose } }
  func stop() { lock.withLock { isStopped = true } }
  /// How many connections there were at once, at most, and in all.
  var connections: (most: Int, total: Int) { lock.withLock { (mostOpen, total) } }

  private var isRunning: Bool { lock.withLock { !isStopped } }

  private func accept() {
    while isRunning {
      guard listener.isReady(seconds: 0.05), let near = try? listener.accept(),
        let far = try? LoopbackSocket.connect(port: server)
      else { continue }
      lock.withLock {
        // Those that the other side has closed count no more, also where that wasn't noticed yet; a process that another test starts in
        // that moment holds a copy until its exec(2), for which it may have to wait long.
        open.removeAll { $0.isReady(0x2000, seconds: 10) }  // POLLRDHUP of poll(2).
        open.append(near)
        total += 1
        mostOpen = max(mostOpen, open.count)
      }
      Thread.detachNewThread { self.serve(near, far) }
    }
  }

  private func serve(_ near: LoopbackSocket, _ far: LoopbackSocket) {
    var pending: [(at: Int64, bytes: [UInt8])] = []
    defer { lock.withLock { open.removeAll { $0 === near } } }
    while isRunning {
      let now = BootClock.now
      for item in pending where item.at <= now { send(item.bytes, near) }
      pending.removeAll { $0.at <= now }
      guard near.isReady(seconds: pending.isEmpty ? 0.02 : 0.001) else { continue }
      guard let request = frame(near) else { return }
      let fault = lock.withLock { choose }(request)
      if case .close = fault { return }
      var asked = request
      if case .otherUnit = fault { asked[6] = request[6] % 3 + 1 }
      send(asked, far)
      guard far.isReady(seconds: 0.5), let answer = frame(far) else { continue }
      pending += spoil(answer, fault).map { (now + Int64($0.after) * 1_000_000, $0.bytes) }
    }
  }

  private func spoil(_ answer: [UInt8], _ fault: Fault) -> [(after: Int, bytes: [UInt8])] {
    var answer = answer
    switch fault {
    case .none, .otherUnit: return [(0, answer)]
    case .late(let delay): return [(delay, answer)]
    case .silent, .close: return []
    case .cut(let count): return [(0, Array(answer.prefix(count)))]
    case .flip(let bit):
      // TCP's own sum keeps what is behind the header; a header may be made wrong by whoever made it.
      answer[bit / 8 % 9] ^= 1 << UInt8(bit % 8)
      return [(0, answer)]
    case .drip(let pause): return answer.enumerated().map { ($0.offset * pause, [$0.element]) }
    case .noise(let bytes): return [(0, bytes + answer)]
    case .twice: return [(0, answer + answer)]
    case .otherTransaction:
      answer[1] &+= 1
      return [(0, answer)]
    }
  }

  private func send(_ bytes: [UInt8], _ socket: LoopbackSocket) {
    _ = Glibc.send(socket.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// `nil`: the connection is closed.
  private func frame(_ socket: LoopbackSocket) -> [UInt8]? {
    var frame = [UInt8](repeating: 0, count: 300)
    var count = 0
    while count < 6 || count < 6 + Int(frame[4]) << 8 + Int(frame[5]) {
      let wanted = count < 6 ? 6 - count : min(6 + Int(frame[4]) << 8 + Int(frame[5]), 300) - count
      let read = frame.withUnsafeMutableBytes { recv(socket.descriptor, $0.baseAddress! + count, wanted, 0) }
      guard read > 0 else { return nil }
      count += read
    }
    return Array(frame[..<count])
  }
}

import Foundation
import Glibc

@testable import Inputs

/// What a proxy does to an answer.
enum Fault: Sendable {
  case none
  /// Later, by so many milliseconds.
  case late(Int)
  case silent
  /// The answer of another unit to the same question.
  case otherUnit
  /// Cut to so many bytes.
  case cut(Int)
  /// One bit is another.
  case flip(Int)
  /// A byte each so many milliseconds.
  case drip(Int)
  /// Bytes that nobody sent, before it.
  case noise([UInt8])
  case twice
  /// Over TCP: under the number of another transaction.
  case otherTransaction
  /// Over TCP: the connection is closed instead.
  case close
}

/// Stands between the driver and a server on a serial line, and spoils what it lets through.
final class FaultyLine: @unchecked Sendable {
  private let near: PseudoTerminal
  private let far: Int32
  private let lock = NSLock()
  private var isStopped = false
  private var choose: @Sendable ([UInt8]) -> Fault
  private let done = DispatchSemaphore(value: 0)

  /// - Parameters:
  ///   - name: What the driver opens.
  ///   - far: The server's line.
  init(name: String, far: String, _ choose: @escaping @Sendable ([UInt8]) -> Fault) throws {
    near = try PseudoTerminal(name: name)
    self.far = open(far, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
    guard self.far >= 0 else { throw SocketTrouble("open") }
    self.choose = choose
    Thread.detachNewThread { self.run() }
  }

  func set(_ choose: @escaping @Sendable ([UInt8]) -> Fault) { lock.withLock { self.choose = choose } }

  func stop() {
    lock.withLock { isStopped = true }
    done.wait()
    close(far)
  }

  private func run() {
    var pending: [(at: Double, bytes: [UInt8])] = []
    var received: [UInt8] = []
    while !lock.withLock({ isStopped }) {
      let now = Self.now
      for item in pending where item.at <= now { send(item.bytes, to: near.master) }
      pending.removeAll { $0.at <= now }
      guard let bytes = Self.read(near.master, milliseconds: pending.isEmpty ? 20 : 1) else { continue }
      received += bytes
      while let count = Self.requestCount(received), received.count >= count {
        let request = Array(received.prefix(count))
        received.removeFirst(count)
        pending += answers(to: request)
      }
    }
    done.signal()
  }

  private func answers(to request: [UInt8]) -> [(at: Double, bytes: [UInt8])] {
    let fault = lock.withLock { choose }(request)
    let now = Self.now
    func at(_ milliseconds: Int, _ bytes: [UInt8]) -> (at: Double, bytes: [UInt8]) {
      (now + Double(milliseconds) / 1000, bytes)
    }
    var asked = request
    if case .otherUnit = fault { asked = ModbusChecksum.framed([request[0] % 3 + 1] + request[1..<request.count - 2]) }
    guard let answer = answer(asked) else { return [] }
    switch fault {
    case .none, .otherUnit: return [at(0, answer)]
    case .late(let delay): return [at(delay, answer)]
    case .silent, .otherTransaction, .close: return []
    case .cut(let count): return [at(0, Array(answer.prefix(count)))]
    case .flip(let bit):
      var broken = answer
      broken[bit / 8 % broken.count] ^= 1 << UInt8(bit % 8)
      return [at(0, broken)]
    case .drip(let pause): return answer.enumerated().map { at($0.offset * pause, [$0.element]) }
    case .noise(let bytes): return [at(0, bytes + answer)]
    case .twice: return [at(0, answer + answer)]
    }
  }

  /// Has the server answer; `nil`: it says nothing.
  private func answer(_ request: [UInt8]) -> [UInt8]? {
    while let old = Self.read(far, milliseconds: 0), !old.isEmpty {}
    send(request, to: far)
    var answer: [UInt8] = []
    let limit = Self.now + 0.5
    while Self.now < limit {
      guard let bytes = Self.read(far, milliseconds: 5) else { continue }
      answer += bytes
      if answer.count >= 5, ModbusChecksum.framed(Array(answer.dropLast(2))) == answer { return answer }
    }
    return nil
  }

  private func send(_ bytes: [UInt8], to descriptor: Int32) { _ = write(descriptor, bytes, bytes.count) }

  private static var now: Double { Double(BootClock.now) / 1e9 }

  /// `nil`: nothing came.
  private static func read(_ descriptor: Int32, milliseconds: Int32) -> [UInt8]? {
    var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&entry, 1, milliseconds) > 0 else { return nil }
    var buffer = [UInt8](repeating: 0, count: 512)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    guard count > 0 else {
      // Nobody has the other end open.
      poll(nil, 0, 5)
      return nil
    }
    return Array(buffer[..<count])
  }

  /// How long the request that begins so is, sum included.
  private static func requestCount(_ bytes: [UInt8]) -> Int? {
    guard bytes.count >= 7 else { return nil }
    return [15, 16].contains(bytes[1]) ? 9 + Int(bytes[6]) : 8
  }
}

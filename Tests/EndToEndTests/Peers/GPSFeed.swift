import Foundation
import Glibc

/// Debian's gpsd, reading NMEA from a receiver that the test plays: a fix every `interval`, each with a time of its own.
final class GPSFeed: @unchecked Sendable {
  /// gpsd's own port.
  let port: Int
  private let lock = NSLock()
  private let listener: Int32
  private let drive: SyntheticDrive
  private let interval: Double
  private var running = false
  private var stopped = false
  private var sent: [Sent] = []
  private var connected = false
  private var frozen: SyntheticFix?
  private let bench: Bench
  private let receiverPort: Int
  private var gpsd: Child?
  private var starts = 0

  /// A fix that went to gpsd, and when.
  struct Sent: Hashable, Sendable {
    var fix: SyntheticFix
    var time: Instant
  }

  init(in bench: Bench, perSecond rate: Double, drive: SyntheticDrive = SyntheticDrive()) throws {
    self.bench = bench
    interval = 1 / rate
    self.drive = drive
    let receiver = try Socket.listen()
    listener = receiver.descriptor
    receiverPort = receiver.port
    port = Socket.freePort()
    let thread = Thread { [self] in play() }
    thread.start()
    bench.atEnd { [self] in lock.withLock { stopped = true } }
    try startGPSD()
  }

  /// Starts gpsd, also again; the receiver is there all the time.
  func startGPSD() throws {
    guard let program = Environment.program("gpsd") else { throw Failure("gpsd is not installed") }
    starts += 1
    lock.withLock { connected = false }
    let child = try Child(
      program, ["-N", "-n", "-S", "\(port)", "tcp://127.0.0.1:\(receiverPort)"],
      name: starts == 1 ? "gpsd" : "gpsd-\(starts)", in: bench,
      // Instances share a memory segment unless told otherwise.
      environment: ["GPSD_SHM_KEY": "0x4770\(String(format: "%04X", port))"])
    gpsd = child
    try Wait.until("gpsd to listen and to open its receiver; \(child.tail)") {
      if let exit = child.exit { throw Failure("gpsd: \(exit); \(child.tail)") }
      return Socket.answers(port: port) && lock.withLock { connected }
    }
  }

  /// SIGKILL.
  func killGPSD() {
    gpsd?.kill()
    gpsd = nil
  }

  /// From now on the receiver repeats its last fix, its time included, as one does whose antenna is gone; or goes on.
  func freeze(_ isOn: Bool) { lock.withLock { frozen = isOn ? sent.last?.fix : nil } }

  func start() { lock.withLock { running = true } }
  /// Nothing is sent any more once this has returned.
  func pause() { lock.withLock { running = false } }

  /// Everything that was sent so far.
  var fixes: [Sent] { lock.withLock { sent } }

  private func play() {
    var receiver: Int32?
    // Rounded up to a whole second: the wall clock of the fixes follows the real one.
    var wall = timespec()
    clock_gettime(CLOCK_REALTIME, &wall)
    let beginning = Instant.now
    let epoch = Int64(wall.tv_sec) * 1000
    var number = 0
    while true {
      let (stop, run) = lock.withLock { (stopped, running) }
      if stop { break }
      if let accepted = Socket.accept(listener) {
        if let receiver { close(receiver) }
        receiver = accepted
        lock.withLock { connected = true }
      }
      let elapsed = Instant.now - beginning
      let due = Double(number) * interval
      guard elapsed >= due else {
        poll(nil, 0, Int32(max(1, min(20, (due - elapsed) * 1000))))
        continue
      }
      // Left out are those of a pause, those that nobody listens to, and those that a busy machine has delayed for long: a receiver never tells
      // the time of a while ago.
      guard run, let descriptor = receiver, elapsed - due < 0.5 else {
        number = Int(elapsed / interval) + 1
        continue
      }
      if let fix = lock.withLock({ frozen }) {
        number += 1
        _ = Socket.write(descriptor, Array(NMEASentence.fix(fix).utf8))
        continue
      }
      let at = Double(number) * interval
      let milliseconds = epoch + Int64((at * 100).rounded()) * 10
      let fix = drive.fix(after: at, milliseconds: milliseconds)
      let bytes = Array(NMEASentence.fix(fix).utf8)
      // Whoever has paused it meanwhile counts on what was sent until then.
      let isPaused = lock.withLock {
        if running { sent.append(Sent(fix: fix, time: .now)) }
        return !running
      }
      if isPaused { continue }
      number += 1
      if Socket.write(descriptor, bytes) != bytes.count {
        close(descriptor)
        receiver = nil
      }
    }
    if let receiver { close(receiver) }
    close(listener)
  }
}

import Certificates
import Foundation
import Glibc
import Trust

/// A session on a real socket, driven by hand: as many bytes at a time as the test wants.
final class Wire {
  let session: TLSSession
  private let descriptor: Int32
  private let chunk: Int
  private(set) var connection: TLSConnection?
  private(set) var received: [UInt8] = []
  private(set) var failure: TLSFailure?
  private(set) var hasEnded = false
  private var sent: [UInt8] = []

  /// The content types of the records that were sent, in order (RFC 5246 §6.2.1): they are in clear also when what is in them isn't.
  var recordsSent: [RecordType] {
    var types: [RecordType] = []
    var rest = sent[...]
    while let first = rest.first, rest.count >= 5 {
      types.append(RecordType(rawValue: first) ?? .unknown)
      rest = rest.dropFirst(5 + Int(rest[rest.startIndex + 3]) << 8 + Int(rest[rest.startIndex + 4]))
    }
    return types
  }

  enum RecordType: UInt8 { case unknown = 0, changeCipherSpec = 20, alert, handshake, applicationData }

  init(
    _ settings: TLSSettings, host: String = "localhost", port: Int, chunk: Int = 64 << 10, pin: String? = nil,
    now: Int64? = nil
  ) throws {
    session = try TLSSession(TLSContext(settings, host: host, pin: pin, now: now))
    descriptor = TLSServer.connect(port)
    self.chunk = chunk
    take(session.start())
  }

  deinit { close(descriptor) }

  /// Until the handshake is over, or has failed.
  func connect() { drive { self.connection != nil } }

  func say(_ bytes: [UInt8]) { take(bytes.withUnsafeBytes { session.write($0) }) }
  func say(_ text: String) { say(Array(text.utf8)) }

  func end() { take(session.close()) }

  /// Reads and writes until `isEnough`, or the end, or 90 s without a byte.
  func drive(until isEnough: () -> Bool) {
    var buffer = [UInt8](repeating: 0, count: chunk)
    while !isEnough(), failure == nil, !hasEnded {
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 90_000) > 0 else { return }
      let count = read(descriptor, &buffer, chunk)
      if count > 0 {
        take(buffer[..<count].withUnsafeBytes { session.receive($0) })
      } else {
        take(session.receiveEnd())
        return
      }
    }
  }

  private func take(_ output: TLSSession.Output) {
    sent += output.ciphertext
    var rest = output.ciphertext[...]
    while !rest.isEmpty {
      let count = rest.prefix(chunk).withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { break }
      rest = rest.dropFirst(count)
    }
    if let opened = output.opened { connection = opened }
    received += output.plaintext
    if output.hasEnded { hasEnded = true }
    if let failure = output.failure { self.failure = failure }
  }
}

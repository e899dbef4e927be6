import Foundation
import Glibc

/// Takes every connection and answers with bytes that are no MQTT.
final class GarbageServer: @unchecked Sendable {
  let port: Int
  private let lock = NSLock()
  private var stopped = false
  private var count = 0

  init(in bench: Bench) throws {
    let (listener, port) = try Socket.listen()
    self.port = port
    let thread = Thread { [self] in
      var random = Seeded(seed: 4)
      var clients: [Int32] = []
      while !lock.withLock({ stopped }) {
        if let client = Socket.accept(listener) {
          clients.append(client)
          lock.withLock { count += 1 }
        }
        clients = clients.filter { client in
          guard let bytes = Socket.read(client) else {
            close(client)
            return false
          }
          // Now a CONNACK that was cut off, now noise of any length.
          if !bytes.isEmpty {
            let noise =
              random.next() % 3 == 0
              ? [0x20, 0xff] : (0..<Int(random.next() % 300)).map { _ in UInt8(random.next() & 0xff) }
            _ = Socket.write(client, noise)
          }
          return true
        }
        poll(nil, 0, 10)
      }
      clients.forEach { close($0) }
      close(listener)
    }
    thread.start()
    bench.atEnd { [self] in lock.withLock { stopped = true } }
  }

  var connections: Int { lock.withLock { count } }
}

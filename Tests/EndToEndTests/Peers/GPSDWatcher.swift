import Glibc

/// A plain client of gpsd's, to see what it reports beside the gateway.
final class GPSDWatcher {
  private let descriptor: Int32
  private(set) var bytes: [UInt8] = []
  private(set) var isAtEnd = false

  init(port: Int, in bench: Bench) throws {
    let descriptor = try Socket.connect(port: port)
    bench.atEnd { close(descriptor) }
    try Wait.until("gpsd to take a client") { try Socket.connected(descriptor) }
    let watch = Array("?WATCH={\"enable\":true,\"json\":true}\n".utf8)
    guard Socket.write(descriptor, watch) == watch.count else { throw lastError("write to gpsd") }
    self.descriptor = descriptor
    try Wait.until("gpsd's answer") {
      read()
      return text.contains("\"WATCH\"")
    }
  }

  private var text: String { String(decoding: bytes, as: UTF8.self) }

  func read() {
    while !isAtEnd {
      guard let more = Socket.read(descriptor) else {
        isAtEnd = true
        break
      }
      if more.isEmpty { break }
      bytes += more
    }
  }

  /// The fixes of the whole lines so far.
  var reports: [GPSDReport] {
    read()
    guard let end = bytes.lastIndex(of: 10) else { return [] }
    return GPSDReport.lines(of: Array(bytes[...end]))
  }
}

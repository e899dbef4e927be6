import Glibc

extension GPSDInput {
  /// Whether a gpsd answers at that host within two seconds, by its first line (gpsd_json(5), "VERSION").
  public static func answers(host: String, port: UInt16 = 2947) async -> Bool {
    let limit = BootClock.now + 2_000_000_000
    for address in Endpoint(host: host, port: port).addresses(isNumeric: true) {
      do throws(StreamSocket.Failure) {
        if greets(try StreamSocket(connectingTo: address), until: limit) { return true }
      } catch {
        continue  // The next address may do.
      }
    }
    return false
  }

  private static func greets(_ socket: StreamSocket, until limit: Int64) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while case let left = (limit - BootClock.now) / 1_000_000, left > 0 {
      var entry = pollfd(fd: socket.descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&entry, 1, Int32(left)) > 0 else { continue }
      if case .bytes(let bytes) = socket.read(&buffer) { return bytes.starts(with: #"{"class":"VERSION""#.utf8) }
      return false
    }
    return false
  }
}

/// Bytes that a socket carried, as TCP's payload: with TLS and handshakes, without the headers of TCP and IP and what is sent again after a loss.
struct SocketTraffic: Hashable, Sendable {
  var sent: UInt64 = 0
  var received: UInt64 = 0
}

import Glibc

/// A mosquitto of the test's own.
final class Broker: @unchecked Sendable {
  let port: Int
  private let bench: Bench
  private var child: Child?
  private var starts = 0

  /// - Parameter access: The lines of its configuration that say who may connect.
  init(in bench: Bench, access: String = "allow_anonymous true") throws {
    self.bench = bench
    port = try Socket.freePort()
    // No bounds: a message that the broker acknowledged must reach the subscriber, or the judge blames the gateway.
    try bench.write(
      """
      listener \(port) 127.0.0.1
      \(access)
      persistence false
      max_inflight_messages 0
      max_queued_messages 0
      set_tcp_nodelay true
      log_dest stderr
      log_type error
      log_type warning
      log_type notice

      """, to: "mosquitto.conf")
    try start()
  }

  /// Starts it, again on the same port.
  func start() throws {
    guard let program = Environment.program("mosquitto") else { throw Failure("mosquitto is not installed") }
    starts += 1
    let child = try Child(program, ["-c", bench.path("mosquitto.conf")], name: "mosquitto-\(starts)", in: bench)
    self.child = child
    try Wait.until("mosquitto to listen on \(port); \(child.tail)") {
      if let exit = child.exit { throw Failure("mosquitto: \(exit); \(child.tail)") }
      return Socket.answers(port: port)
    }
  }

  /// Stops it as an operator does.
  func stop() throws {
    child?.signal(SIGTERM)
    _ = try child?.wait(within: 10)
    child = nil
  }
}

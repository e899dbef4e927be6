import Glibc

/// A mosquitto of the test's own.
final class Broker: @unchecked Sendable {
  let port: Int
  private let bench: Bench
  private var child: Child?
  private var starts = 0

  /// - Parameters:
  ///   - access: The lines of its configuration that say who may connect.
  ///   - persists: Keeps sessions and what waits for them when it is stopped in good order.
  init(in bench: Bench, access: String = "allow_anonymous true", persists: Bool = false) throws {
    self.bench = bench
    port = Socket.freePort()
    let persistence =
      persists ? "true\npersistence_location \(bench.directory)/\npersistence_file \(Self.store)\nuser root" : "false"
    // No bounds: a message that the broker acknowledged must reach the subscriber, or the judge blames the gateway.
    try bench.write(
      """
      listener \(port) 127.0.0.1
      \(access)
      persistence \(persistence)
      max_inflight_messages 0
      max_queued_messages 0
      set_tcp_nodelay true
      log_dest stderr
      log_type error
      log_type warning
      log_type notice
      log_type subscribe

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

  /// Waits until a client, whatever it says itself, is subscribed: only from then on what is published comes to it.
  func waitUntilSubscribed(_ client: String, to topic: String) throws {
    guard let child else { throw Failure("mosquitto is stopped") }
    // `CLIENT QOS TOPIC`, once it is done.
    try Wait.until("\(client) to subscribe to \(topic); \(child.tail)") {
      child.errors.split(separator: "\n").contains { line in
        let words = line.split(separator: " ")
        return words.count >= 3 && words[words.count - 3] == client && words[words.count - 1] == topic
      }
    }
  }

  private static let store = "mosquitto.db"

  /// Lets it forget every session, while it is stopped.
  func forget() { unlink(bench.path(Self.store)) }

  /// Stops it as an operator does.
  func stop() throws {
    child?.signal(SIGTERM)
    _ = try child?.wait()
    child = nil
  }
}

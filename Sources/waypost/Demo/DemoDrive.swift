import Config
import Gateway
import Glibc

/// The demonstration's course: starts a broker, the gateway and a subscriber, looks on once a second, cuts the link in the middle,
/// and says at the end whether everything that was kept was delivered.
struct DemoDrive {
  private let folder: DemoFolder
  private let seconds: Int
  private let cut: Range<Int>
  private let broker: ChildProcess
  private let subscriber: ChildProcess
  private let gateway: ChildProcess
  private var received = DemoReceiver()
  private var newest = 0

  init(folder: DemoFolder, seconds: Int) throws(ChildProcess.Failure) {
    self.folder = folder
    self.seconds = seconds
    cut = seconds * 3 / 10..<seconds / 2
    broker = try Self.startBroker(folder)
    try folder.waitForBroker()
    subscriber = try Self.startSubscriber(folder)
    gateway = try ChildProcess(
      ["/proc/self/exe", "run", "--config", folder.path + "/waypost.yaml"], errors: folder.path + "/log")
  }

  private static func startBroker(_ folder: DemoFolder) throws(ChildProcess.Failure) -> ChildProcess {
    // Debian keeps it in /usr/sbin, which is not in everybody's $PATH.
    let program = access("/usr/sbin/mosquitto", X_OK) == 0 ? "/usr/sbin/mosquitto" : "mosquitto"
    return try ChildProcess([program, "-c", folder.path + "/mosquitto.conf"])
  }

  private static func startSubscriber(_ folder: DemoFolder) throws(ChildProcess.Failure) -> ChildProcess {
    try ChildProcess([
      "mosquitto_sub", "-h", "127.0.0.1", "-p", "\(folder.port)", "-q", "1", "-t", "waypost/+/#", "-F", "%p",
    ])
  }

  /// - Returns: Whether everything that was kept was delivered.
  mutating func run() throws(ChildProcess.Failure) -> Bool {
    Output.print(
      """
      A simulated truck drives from the depot through a customer's yard and back. It takes \(seconds) s; Ctrl-C ends it.
      In between the link is cut: watch the journal keep what can't be sent, and deliver it afterwards.

        time  position               speed      inside       kept  waiting  received
      """)
    for second in 1...seconds {
      changeLink(at: second)
      listen(milliseconds: 1000)
      if Interruption.hasCome { return false }
      try checkGateway()
      show(second)
    }
    Output.print("\nThe truck stands. Waiting for the last records to be delivered …")
    for _ in 0..<30 where received.count < newest || newest == 0 {
      listen(milliseconds: 1000)
      if Interruption.hasCome { return false }
      try checkGateway()
      _ = status()
    }
    return finish()
  }

  /// A gateway that ended by itself has said why.
  private func checkGateway() throws(ChildProcess.Failure) {
    guard let code = gateway.exitCode() else { return }
    throw ChildProcess.Failure(
      description: "the gateway ended with exit code \(code). Its last lines:\n\(folder.lastLogLines)")
  }

  /// A dead zone: the other side neither answers nor hangs up, as is usual with cellular links.
  private func changeLink(at second: Int) {
    if second == cut.lowerBound {
      broker.signal(SIGSTOP)
      Output.print("        ✂ a dead zone begins: the broker doesn't answer any more")
    }
    if second == cut.upperBound {
      broker.signal(SIGCONT)
      Output.print("        ↔ the link is back")
    }
  }

  /// Takes what the subscriber prints, for so long.
  private mutating func listen(milliseconds: Int32) {
    let end = Self.now + Int64(milliseconds)
    while case let left = end - Self.now, left > 0 {
      guard let lines = subscriber.lines(within: Int32(left)) else {
        poll(nil, 0, Int32(left))
        return
      }
      for line in lines {
        for event in received.take(line) { Output.print("        ▶ received: " + event) }
      }
    }
  }

  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  private mutating func status() -> JSONNode? {
    do {
      var client = try ControlClient(path: folder.path + "/control.sock")
      let reply = try client.ask(.status).node["status"]
      newest = max(newest, reply["journal"]["last"].integer)
      return reply
    } catch {
      // It is still starting; the next second asks again.
      return nil
    }
  }

  private mutating func show(_ second: Int) {
    guard let status = status() else { return }
    let fix = status["fix"]
    let place =
      fix["latitude"] == nil
      ? "no fix" : "\(fix["latitude"].number.fixed(5)), \(fix["longitude"].number.fixed(5))"
    let speed = fix["speed"] == nil ? "" : "\((fix["speed"].number * 3.6).fixed(0)) km/h"
    let inside = status["zones"].items.filter { $0["side"].text == "inside" }.map { $0["id"].text }
    let waiting = status["uplinks"].items.first?["waiting"].integer ?? 0
    Output.print(
      "\("\(second) s".leftPadded(to: 6))  " + place.padded(to: 23) + speed.padded(to: 11)
        + inside.joined(separator: ",").padded(to: 13) + "\(newest)".padded(to: 6) + "\(waiting)".padded(to: 9)
        + "\(received.count)")
  }

  private mutating func finish() -> Bool {
    let complete = newest > 0 && received.count == newest
    let code = gateway.stop(SIGTERM, within: 6)
    Output.print(
      """

      \(newest) records were kept, \(received.count) received, \(received.repeats) of them more than once, \
      \(received.events) events.
      The gateway ended with exit code \(code.map(String.init) ?? "none: it hangs").
      """)
    if !complete || code != 0 { Output.complain("Not everything arrived. That is a bug; please report it.") }
    return complete && code == 0
  }
}

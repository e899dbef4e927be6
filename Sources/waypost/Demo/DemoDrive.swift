import Config
import Gateway
import Glibc

/// The demonstration's course: starts the gateway, looks on once a second, cuts the link in the middle or whenever a key says so, and
/// says at the end whether everything that was kept was delivered.
struct DemoDrive {
  private let folder: DemoFolder
  private let seconds: Int
  private let server: DemoServer
  private let keyboard: Keyboard?
  private var gateway: ChildProcess
  /// When the link is cut by itself, in seconds; empty once somebody has cut it by hand.
  private var plannedCut: Range<Int>
  private var isCut = false
  private var isOver = false
  private var newest = 0

  /// - Parameters:
  ///   - folder: The gateway's files; its uplink leads to `server`.
  ///   - seconds: How long to drive.
  init(folder: DemoFolder, seconds: Int, server: DemoServer) throws(ChildProcess.Failure) {
    self.folder = folder
    self.seconds = seconds
    self.server = server
    plannedCut = seconds * 3 / 10..<seconds / 2
    keyboard = Keyboard()
    gateway = try Self.startGateway(folder)
  }

  private static func startGateway(_ folder: DemoFolder) throws(ChildProcess.Failure) -> ChildProcess {
    try ChildProcess(["/proc/self/exe", "run", "--config", folder.path + "/waypost.yaml"], log: folder.path + "/log")
  }

  /// - Returns: Whether everything that was kept was delivered.
  mutating func run() throws(ChildProcess.Failure) -> Bool {
    Output.print(
      """
      A simulated truck drives from the depot through a customer's yard and back. It takes \(seconds) s; Ctrl-C ends it.
      In between the link is cut: watch the journal keep what can't be sent, and deliver it afterwards.
      """)
    if keyboard != nil {
      Output.print("Keys: space cuts the link or restores it, k kills the gateway (kill -9), q ends the drive.")
    }
    Output.print("\n      time  position               speed      inside       kept  waiting  received")
    for second in 1...seconds where !isOver {
      if plannedCut.contains(second) != isCut, !plannedCut.isEmpty { setLink(cut: !isCut) }
      try look(milliseconds: 1000)
      if Interruption.hasCome { return false }
      try checkGateway()
      show(second)
    }
    if isCut { setLink(cut: false) }
    Output.print("\nThe truck stands. Waiting for the last records to be delivered …")
    for _ in 0..<60 where server.received.count < newest || newest == 0 {
      try look(milliseconds: 1000)
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
  private mutating func setLink(cut: Bool) {
    isCut = cut
    server.setLink(cut: cut)
    Output.print(
      cut ? "        ✂ a dead zone begins: the server doesn't answer any more" : "        ↔ the link is back")
  }

  /// Waits so long, does what the keys say, and tells what the server received.
  private mutating func look(milliseconds: Int64) throws(ChildProcess.Failure) {
    let end = Self.now + milliseconds
    while case let left = Int32(end - Self.now), left > 0, !Interruption.hasCome {
      if let keyboard {
        for key in keyboard.keys(within: min(left, 100)) { try obey(key) }
      } else {
        poll(nil, 0, min(left, 100))
      }
      for event in server.takeNews() { Output.print("        ▶ received: " + event) }
    }
  }

  private mutating func obey(_ key: Character) throws(ChildProcess.Failure) {
    switch key {
    case " ":
      plannedCut = 0..<0
      setLink(cut: !isCut)
    case "k":
      _ = gateway.stop(SIGKILL, within: 10)
      gateway = try Self.startGateway(folder)
      Output.print(
        "        ⚡ killed without a warning, and started again: the truck begins at the depot, the journal goes on")
    case "q": isOver = true
    default: break
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
      "\("\(second) s".leftPadded(to: 10))  " + place.padded(to: 23) + speed.padded(to: 11)
        + inside.joined(separator: ",").padded(to: 13) + "\(newest)".padded(to: 6) + "\(waiting)".padded(to: 9)
        + "\(server.received.count)")
  }

  private mutating func finish() -> Bool {
    let code = gateway.stop(SIGTERM, within: 15)
    let received = server.received
    newest = max(newest, received.highest)
    let complete = newest > 0 && received.count == newest
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

extension String {
  /// After as many spaces as bring it to `width`.
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}

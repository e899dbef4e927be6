import Config
import Foundation
import Logging
import Model
import ServiceLifecycle
import Synchronization
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(10))) struct ControlSocketTests {
  /// Answers as the gateway does; an export is `exportBytes` long.
  struct Answers: ControlAnswers {
    var exportBytes = 0

    func answer(_ request: ControlRequest, write: (_ chunk: [UInt8]) async throws -> Void) async throws {
      struct Refused: Error, CustomStringConvertible { var description: String { "no room" } }
      switch request {
      case .status: try await write(ControlReply.success { $0.member("changed", true) })
      case .recordOn: throw Refused()
      case .recordOff, .reload, .command, .explain, .journal: try await write(ControlReply.success())
      case .recordExport:
        try await write(ControlReply.success())
        var left = exportBytes
        while left > 0 {
          try await write([UInt8](repeating: 7, count: min(left, 256 << 10)))
          left -= 256 << 10
        }
      }
    }
  }

  /// Runs a server while `body` does, and ends it as SIGTERM would.
  static func serving(
    _ path: String = NSTemporaryDirectory() + "wp-\(UUID().uuidString.prefix(8)).sock", answers: Answers = Answers(),
    noting: (any ControlAnswers)? = nil, timeout: Duration = .seconds(600), _ body: (String) async throws -> Void
  ) async throws {
    let answers: any ControlAnswers = noting ?? answers
    let server = ControlServer(
      path: path, answers: answers, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
      timeout: timeout)
    let group = ServiceGroup(
      services: [server], logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      try await body(path)
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  /// A client by hand, on a thread of its own since it blocks.
  static func raw(_ path: String, _ text: String, hangUp: Bool = false) async throws -> String {
    try await offPool {
      let descriptor = try connect(path)
      defer { close(descriptor) }
      _ = text.utf8CString.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count - 1, Int32(MSG_NOSIGNAL)) }
      if hangUp { shutdown(descriptor, Int32(SHUT_WR)) }
      var all: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65536)
      while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 { all += buffer[..<count] }
      return String(decoding: all, as: UTF8.self)
    }
  }

  static func offPool<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
  }

  /// Connects as soon as the server listens, which takes long where other tests hold the pool's threads.
  static func connect(_ path: String) throws -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    // A program that another test starts in this moment gets no copy, with which a connection would stay open.
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let limit = ContinuousClock.now + .seconds(300)
    while ContinuousClock.now < limit {
      let descriptor = socket(AF_UNIX, type, 0)
      let result = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      if result == 0 { return descriptor }
      close(descriptor)
      poll(nil, 0, 10)
    }
    throw POSIXError(.ECONNREFUSED)
  }

  /// Waits until the server listens.
  static func ready(_ path: String) async throws {
    try await offPool { _ = close(try connect(path)) }
  }

  static func ask(_ request: ControlRequest, at path: String) async throws -> String {
    try await offPool {
      var client = try ControlClient(path: path)
      return try client.ask(request).line
    }
  }

  @Test func statusIsAnsweredAndARefusalHasTheReason() async throws {
    try await Self.serving { (path: String) async throws in
      try await Self.ready(path)
      #expect(try await Self.ask(.status, at: path) == #"{"ok":true,"changed":true}"#)
      await #expect {
        _ = try await Self.ask(.recordOn, at: path)
      } throws: { "\($0)" == "no room" }
    }
  }

  @Test func aCommandArrivesWithWhatComesAlong() async throws {
    struct Noting: ControlAnswers {
      let note: @Sendable (ControlRequest) -> Void
      func answer(_ request: ControlRequest, write: (_ chunk: [UInt8]) async throws -> Void) async throws {
        note(request)
        try await write(ControlReply.success())
      }
    }
    let arguments = [
      CommandArgument(name: "a", value: .number(1.5)), .init(name: "b", value: .boolean(true)),
      .init(name: "c", value: .text("1.5")), .init(name: "d", value: .text("a \"b\"\n")),
      .init(name: "e", value: .text(String(repeating: "\u{1}ö", count: 128))),
    ]
    let seen = Mutex<[ControlRequest]>([])
    try await Self.serving(noting: Noting { request in seen.withLock { $0.append(request) } }) { path in
      try await Self.ready(path)
      _ = try await Self.ask(.command("wash", arguments), at: path)
      // A command line from before there were any.
      _ = try await Self.raw(path, #"{"request":"command","name":"wash"}"# + "\n")
      let reply = try await Self.raw(path, #"{"request":"command","name":"wash","args":[1]}"# + "\n")
      #expect(reply.contains("`args` is an object"))
    }
    #expect(seen.withLock { $0 } == [.command("wash", arguments), .command("wash")])
  }

  @Test func ownerAndGroupMayAskNobodyElse() async throws {
    try await Self.serving { (path: String) async throws in
      try await Self.ready(path)
      _ = try await Self.ask(.status, at: path)
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o660)
    }
  }

  @Test(arguments: [
    "garbage\n", "\n", "{}\n", #"{"request":7}"# + "\n", #"{"request":"reboot"}"# + "\n", "\u{0}\u{1}\u{2}\n",
    String(repeating: "x", count: 40_000), String(repeating: "[", count: 4000) + "\n",
  ])
  func nonsenseIsRefused(line: String) async throws {
    try await Self.serving { (path: String) async throws in
      let reply = try await Self.raw(path, line)
      #expect(reply.hasPrefix(#"{"ok":false,"error":""#) && reply.hasSuffix("}\n"), "\(reply)")
      #expect(try await Self.ask(.status, at: path).contains("true"))
    }
  }

  @Test func clientThatHangsUpCostsNothing() async throws {
    try await Self.serving { (path: String) async throws in
      #expect(try await Self.raw(path, "", hangUp: true) == "")
      #expect(try await Self.raw(path, #"{"request":"#, hangUp: true) == "")
      #expect(try await Self.ask(.status, at: path).contains("true"))
    }
  }

  @Test func clientThatSaysNothingIsLetGo() async throws {
    try await Self.serving(timeout: .milliseconds(200)) { (path: String) async throws in
      #expect(try await Self.raw(path, "") == "")
    }
  }

  @Test func clientThatDoesNotReadIsLetGo() async throws {
    try await Self.serving(answers: Answers(exportBytes: 8 << 20), timeout: .milliseconds(200)) {
      (path: String) async throws in
      let events = try await Self.offPool {
        let descriptor = try Self.connect(path)
        _ = Array("{\"request\":\"record-export\"}\n".utf8).withUnsafeBytes {
          send(descriptor, $0.baseAddress, $0.count, 0)
        }
        // The server's end is closed while unread bytes wait here.
        var watched = pollfd(fd: descriptor, events: 0, revents: 0)
        _ = poll(&watched, 1, 120_000)
        close(descriptor)
        return Int32(watched.revents)
      }
      #expect(events & Int32(POLLHUP) != 0)
    }
  }

  @Test func largeAnswerIsWholeForASlowReader() async throws {
    let size = 3 << 20
    try await Self.serving(answers: Answers(exportBytes: size)) { (path: String) async throws in
      try await Self.ready(path)
      let count = try await Self.offPool {
        var client = try ControlClient(path: path)
        _ = try client.ask(.recordExport)
        var count = 0
        try client.readRest { (chunk) throws(ControlClient.Failure) in
          count += chunk.count
          poll(nil, 0, 2)
        }
        return count
      }
      #expect(count == size)
    }
  }

  @Test func oneTooManyIsRefusedAndTheRestIsServed() async throws {
    try await Self.serving { (path: String) async throws in
      let idle = try await Self.offPool {
        try (0..<ControlServer.connectionLimit).map { _ in try Self.connect(path) }
      }
      let reply = try await Self.raw(path, "{\"request\":\"status\"}\n")
      #expect(reply.contains("try again"), "\(reply)")
      for descriptor in idle { close(descriptor) }
      // A place is free once the server has noticed.
      var answer = ""
      while !answer.contains("true") { answer = try await Self.raw(path, "{\"request\":\"status\"}\n") }
    }
  }

  @Test func staleSocketIsReplaced() async throws {
    let path = NSTemporaryDirectory() + "wp-\(UUID().uuidString.prefix(8)).sock"
    let stale = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    _ = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(stale, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    close(stale)
    try await Self.serving(path) { (path: String) async throws in
      try await Self.ready(path)
      #expect(try await Self.ask(.status, at: path).contains("true"))
    }
    #expect(!FileManager.default.fileExists(atPath: path), "it takes its socket away at the end")
  }

  @Test(arguments: ["/nonexistent/folder/control.sock", "/proc/control.sock"])
  func pathThatCannotBeBoundEndsNothing(path: String) async throws {
    try await Self.serving(path) { _ in }
  }

  @Test func fileThatIsNoSocketIsLeftAlone() async throws {
    let path = NSTemporaryDirectory() + "wp-\(UUID().uuidString.prefix(8)).txt"
    try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await Self.serving(path) { _ in }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
  }

  @Test func shutdownDoesNotWaitForIdleClients() async throws {
    // From where the shutdown begins, not from where the machine finds time for the test.
    let begun = Mutex(ContinuousClock.now)
    try await Self.serving { (path: String) async throws in
      _ = try await Self.offPool { try Self.connect(path) }
      _ = try await Self.ask(.status, at: path)
      begun.withLock { $0 = .now }
    }
    // A client that says nothing has ten minutes here.
    #expect(ContinuousClock.now - begun.withLock(\.self) < .seconds(120))
  }

  @Test func noGatewayIsToldWithTheRemedy() async throws {
    await #expect {
      _ = try await Self.ask(.status, at: "/nonexistent/control.sock")
    } throws: { "\($0)".contains("systemctl start waypost") }
    await #expect {
      _ = try await Self.ask(.status, at: "/" + String(repeating: "x", count: 200))
    } throws: { "\($0)".contains("107 bytes") }
  }
}

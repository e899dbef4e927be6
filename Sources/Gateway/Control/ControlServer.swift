import Config
import Glibc
import Logging
import Model
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import Uplinks

/// Answers the command line on the control socket; `ControlRequest` has the protocol.
///
/// At most `connectionLimit` clients at a time; one that doesn't ask, or doesn't take its answer, is let go after `timeout`.
struct ControlServer: Service {
  static let connectionLimit = 16

  let path: String
  let answers: any ControlAnswers
  let logger: Logger
  /// Reached when clients can connect, or never will.
  let listening = Milestone()
  /// The longest wait for a client, for its request and for each piece of the answer.
  private let timeout: Duration
  private let places = Places()

  init(path: String, answers: any ControlAnswers, logger: Logger, timeout: Duration = .seconds(10)) {
    self.path = path
    self.answers = answers
    self.logger = logger
    self.timeout = timeout
  }

  func run() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    var wait = Self.shortestWait
    var isOver = false
    while !isOver {
      let began = ContinuousClock.now
      do {
        try await serve(on: group)
        isOver = true
      } catch {
        // The daemon works without its socket; the operator must know that `waypost status` won't. It comes back by itself: the
        // process may have been out of descriptors, or the folder not there yet.
        logger.error("control socket not available", metadata: ["path": "\(path)", "error": "\(error)"])
        listening.reach()
        if ContinuousClock.now - began > Self.longestWait { wait = Self.shortestWait }
        isOver = await isStopped(within: wait)
        wait = min(wait * 2, Self.longestWait)
      }
    }
    try await group.shutdownGracefully()
  }

  /// Between two tries to open the socket, doubled each time.
  private static let shortestWait = Duration.milliseconds(100)
  private static let longestWait = Duration.seconds(30)

  private func isStopped(within wait: Duration) async -> Bool {
    await cancelWhenGracefulShutdown {
      do {
        try await Task.sleep(for: wait, clock: .continuous)
        return false
      } catch {
        return true
      }
    }
  }

  private func serve(on group: MultiThreadedEventLoopGroup) async throws {
    let server = try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 16)
      .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    // The owner and the group may ask; the socket's group is the daemon's own.
    if chmod(path, 0o660) != 0 {
      logger.warning("control socket keeps its permissions", metadata: ["errno": "\(errno)"])
    }
    listening.reach()
    try await withThrowingDiscardingTaskGroup { tasks in
      try await server.executeThenClose { clients in
        for try await client in clients.cancelOnGracefulShutdown() {
          let hasPlace = places.take()
          tasks.addTask {
            await answer(client, hasPlace: hasPlace)
            if hasPlace { places.leave() }
          }
        }
      }
      tasks.cancelAll()
    }
    unlink(path)
  }

  private func answer(_ client: NIOAsyncChannel<ByteBuffer, ByteBuffer>, hasPlace: Bool) async {
    do {
      try await client.executeThenClose { inbound, outbound in
        guard hasPlace else {
          let refusal = "the gateway answers \(Self.connectionLimit) others already; try again in a moment"
          return try await outbound.write(ByteBuffer(bytes: ControlReply.refusal(refusal)))
        }
        guard let line = try await inTime(client.channel, { try await Self.readLine(from: inbound) }) else { return }
        switch Self.request(in: line) {
        case .success(let request): try await reply(to: request, outbound, client.channel)
        case .failure(let refusal):
          try await outbound.write(ByteBuffer(bytes: ControlReply.refusal(refusal.message)))
        }
        // Closing drops what the socket has not taken yet; this comes behind all of it.
        try await inTime(client.channel) { try await client.channel.writeAndFlush(ByteBuffer()) }
      }
    } catch {
      logger.debug("control connection ended", metadata: ["error": "\(error)"])
    }
  }

  private func reply(
    to request: ControlRequest, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, _ channel: any Channel
  ) async throws {
    do {
      try await answers.answer(request) { chunk in
        try await inTime(channel) { try await outbound.write(ByteBuffer(bytes: chunk)) }
      }
    } catch {
      try await outbound.write(ByteBuffer(bytes: ControlReply.refusal("\(error)")))
    }
  }

  /// The first line, without its end; `nil` when the client left before.
  private static func readLine(from inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async throws -> [UInt8]? {
    var line: [UInt8] = []
    for try await buffer in inbound {
      line.append(contentsOf: buffer.readableBytesView)
      if let end = line.firstIndex(of: 10) { return Array(line[..<end]) }
      if line.count > ControlRequest.lineLimit { return line }
    }
    return nil
  }

  /// Does what waits for the client, but not for ever: then the connection is closed, which ends any wait. A task that slept beside it would
  /// take memory to the end of its sleep even when nobody waits for it any more.
  private func inTime<Value>(_ channel: any Channel, _ body: () async throws -> Value) async throws -> Value {
    let limit = channel.eventLoop.scheduleTask(in: TimeAmount(timeout)) { channel.close(promise: nil) }
    defer { limit.cancel() }
    return try await body()
  }

  private struct Refusal: Error { var message: String }

  private static func request(in line: [UInt8]) -> Result<ControlRequest, Refusal> {
    guard line.count <= ControlRequest.lineLimit else {
      return .failure(Refusal(message: "the request is longer than \(ControlRequest.lineLimit) bytes"))
    }
    var diagnostics = Diagnostics()
    let node = JSON.parse(SourceFile(path: "request", bytes: line), diagnostics: &diagnostics)
    guard let node, let name = node["request"]?.string else {
      return .failure(Refusal(message: "a request is a line of JSON with the member `request`"))
    }
    do throws(JournalRequest.Malformed) {
      if let request = try JournalRequest.read(name, node) { return .success(.journal(request)) }
    } catch {
      return .failure(Refusal(message: error.message))
    }
    let arguments: [CommandArgument]
    switch [CommandArgument].read(node["args"]) {
    case .success(let read): arguments = read
    case .failure(let problem): return .failure(Refusal(message: problem.text))
    }
    guard let request = ControlRequest(name: name, argument: node["name"]?.string, arguments: arguments) else {
      return .failure(
        Refusal(message: "this daemon knows no request `\(name)`; is it older than the command line?"))
    }
    return .success(request)
  }
}

/// How many clients are being served.
private final class Places: Sendable {
  private let taken = Mutex(0)

  /// False when there is none left.
  func take() -> Bool {
    taken.withLock { taken in
      guard taken < ControlServer.connectionLimit else { return false }
      taken += 1
      return true
    }
  }

  func leave() { taken.withLock { $0 -= 1 } }
}

/// Whoever knows the answers: the gateway.
protocol ControlAnswers: Sendable {
  /// Writes the reply line, and raw bytes after it where the request has them. An error becomes a refusal with its description.
  func answer(_ request: ControlRequest, write: (_ chunk: [UInt8]) async throws -> Void) async throws
}

/// The reply lines.
enum ControlReply {
  static func refusal(_ message: String) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("ok", false)
    writer.member("error", message)
    writer.endObject()
    return writer.bytes + [10]
  }

  /// `{"ok":true,…}` with further members that `body` writes.
  static func success(_ body: (inout JSONWriter) -> Void = { _ in }) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("ok", true)
    body(&writer)
    writer.endObject()
    return writer.bytes + [10]
  }
}

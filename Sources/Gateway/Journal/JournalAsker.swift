import Config
import Uplinks

/// The command line's way to a journal: the running gateway's over its control socket; and where none runs, its file, for what is only
/// read. Never the file while a gateway has it.
public struct JournalAsker {
  /// What came back.
  public struct Answer: Sendable {
    public var reply: ControlClient.Reply
    /// The file that was read, since no gateway runs.
    public var file: String?
  }

  private let socket: String
  private let main: String

  /// - Parameters:
  ///   - socket: The control socket's path.
  ///   - main: The path of `waypost.yaml`, which names the journal.
  public init(socket: String, main: String) {
    self.socket = socket
    self.main = main
  }

  /// Asks, and gives out the lines behind the reply, but for the last, which says that it is whole.
  ///
  /// - Throws: `ControlClient.Failure`, with the remedy; also when the answer ends too early. What `line` throws.
  public func ask(
    _ request: JournalRequest, line: (_ bytes: [UInt8]) throws(ControlClient.Failure) -> Void = { _ in }
  ) async throws(ControlClient.Failure) -> Answer {
    do {
      return try askDaemon(request, line)
    } catch {
      guard error.isAbsent, request.isReading else { throw error }
      return try await askFile(request, line)
    }
  }

  private func askDaemon(
    _ request: JournalRequest, _ line: ([UInt8]) throws(ControlClient.Failure) -> Void
  ) throws(ControlClient.Failure) -> Answer {
    var client = try ControlClient(path: socket)
    let reply = try client.ask(.journal(request))
    if request.isStreamed {
      var lines = AnswerLines()
      try client.readRest { (chunk) throws(ControlClient.Failure) in try lines.take(chunk, line) }
      try lines.finish()
    }
    return Answer(reply: reply, file: nil)
  }

  private func askFile(
    _ request: JournalRequest, _ line: ([UInt8]) throws(ControlClient.Failure) -> Void
  ) async throws(ControlClient.Failure) -> Answer {
    var diagnostics = Diagnostics()
    guard let file = ConfigurationFolder.read(main, diagnostics: &diagnostics),
      let configuration = GatewayConfiguration.read(
        file, defaultID: MachineIdentity.defaultGatewayID(machineID: MachineIdentity.machineID),
        diagnostics: &diagnostics)
    else {
      throw ControlClient.Failure(
        description: "no gateway runs, and \(main), which names its journal, can't be read; `waypost check` says why")
    }
    let path = configuration.journal.path
    do {
      let shelf = try ClosedJournal(path: path, limit: configuration.journal.limit)
      let desk = JournalDesk(
        gateway: configuration.id, shelf: shelf,
        kinds: Dictionary(configuration.uplinks.map { ($0.name, $0.settings.kinds) }) { first, _ in first })
      var lines = AnswerLines()
      var reply: [UInt8]?
      let write: ([UInt8]) async throws -> Void = { chunk in
        var rest = chunk
        if reply == nil, let end = chunk.firstIndex(of: 10) {
          reply = Array(chunk[..<end])
          rest = Array(chunk[(end + 1)...])
        }
        try lines.take(rest, line)
      }
      switch request {
      case .summary: try await desk.summary(write)
      case .list(let selection): try await desk.list(selection, write)
      case .dead(let uplink): try await desk.dead(uplink, write)
      case .export(let selection): try await desk.export(selection, write)
      case .requeue, .delivered, .drop: break
      }
      await shelf.close()
      if request.isStreamed { try lines.finish() }
      guard let reply, let node = JSON.parse(SourceFile(path: "reply", bytes: reply), diagnostics: &diagnostics) else {
        throw ControlClient.Failure(description: "\(path) gave no answer")
      }
      return Answer(reply: .init(line: String(decoding: reply, as: UTF8.self), node: node), file: path)
    } catch let error as ControlClient.Failure {
      throw error
    } catch {
      throw ControlClient.Failure(description: "no gateway runs; \(error)")
    }
  }
}

extension JournalRequest {
  /// Changes nothing.
  var isReading: Bool {
    switch self {
    case .summary, .list, .dead, .export: true
    case .requeue, .delivered, .drop: false
    }
  }

  /// Answered by lines behind the reply.
  var isStreamed: Bool {
    switch self {
    case .list, .dead, .export: true
    case .summary, .requeue, .delivered, .drop: false
    }
  }
}

/// Puts an answer's pieces together into lines, and knows whether it was whole.
struct AnswerLines {
  /// A line may be this long: a record is at most 256 KiB.
  static let lineLimit = 4 << 20

  private var rest: [UInt8] = []
  private var count = 0
  private var isEnded = false

  mutating func take(
    _ chunk: [UInt8], _ line: ([UInt8]) throws(ControlClient.Failure) -> Void
  ) throws(ControlClient.Failure) {
    var start = chunk.startIndex
    while let end = chunk[start...].firstIndex(of: 10) {
      let whole = rest + chunk[start..<end]
      rest = []
      start = end + 1
      try give(whole, line)
    }
    rest += chunk[start...]
    guard rest.count <= Self.lineLimit else {
      throw ControlClient.Failure(description: "a line of the answer is too long")
    }
  }

  private mutating func give(
    _ bytes: [UInt8], _ line: ([UInt8]) throws(ControlClient.Failure) -> Void
  ) throws(ControlClient.Failure) {
    // Records begin with their type; only the end and a refusal begin like this.
    if bytes.starts(with: #"{"end":"#.utf8) || bytes.starts(with: #"{"ok":"#.utf8) {
      var diagnostics = Diagnostics()
      guard let node = JSON.parse(SourceFile(path: "reply", bytes: bytes), diagnostics: &diagnostics) else { return }
      if let message = node["error"]?.string { throw ControlClient.Failure(description: message) }
      guard let records = node["records"] else { return }
      isEnded = records.number == Double(count)
      return
    }
    count += bytes.starts(with: #"{"type":"batch""#.utf8) ? 0 : 1
    try line(bytes)
  }

  /// - Throws: where the end did not come, or does not fit.
  func finish() throws(ControlClient.Failure) {
    guard isEnded, rest.isEmpty else {
      throw ControlClient.Failure(description: "the gateway hung up before the end of its answer; ask again")
    }
  }
}

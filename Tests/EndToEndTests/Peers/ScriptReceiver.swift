import Foundation

/// A receiver in Python on a library that we did not write, which keeps what it received in a file before it answers.
final class ScriptReceiver: Receiver, @unchecked Sendable {
  /// What is spoken with it.
  enum Way: String {
    case waypost = "websocket"
    case socketIO = "socket.io"
    case socketIOUnacknowledged = "socket.io, ack: none"
  }

  let name: String
  let port: Int
  private let way: Way
  private let bench: Bench
  private let log: String
  private var child: Child?
  private var input: InputPipe?
  private var starts = 0
  private var settlements = 0
  private var orders: [String: String] = [:]

  private let lock = NSLock()
  private var read: UInt64 = 0
  private var records: [ReceivedRecord] = []
  private var told: [ReceivedBatch] = []
  private var refused = Refusals()

  init(_ way: Way, in bench: Bench) throws {
    self.way = way
    self.bench = bench
    name = way.rawValue
    port = Socket.freePort()
    log = bench.path("received.jsonl")
    try bench.write("", to: "received.jsonl")
    try start()
  }

  var meddler: (any Meddler)? { nil }
  var answersForRecords: Bool { way != .socketIOUnacknowledged }
  var tellsLate: Bool { true }
  var isVerbatim: Bool { way == .waypost }
  var types: Set<String>? { nil }

  func destination(port: Int) -> String {
    switch way {
    case .waypost: "websocket: { url: \"ws://127.0.0.1:\(port)/\" }"
    case .socketIO: "websocket: { url: \"ws://127.0.0.1:\(port)/\", dialect: socket.io, namespace: /vehicles }"
    case .socketIOUnacknowledged:
      "websocket: { url: \"ws://127.0.0.1:\(port)/\", dialect: socket.io, namespace: /vehicles, ack: none }"
    }
  }

  func start() throws {
    starts += 1
    let folder = "\(Environment.packageRoot)/Tests/UplinksTests"
    let script = way == .waypost ? "\(folder)/WebSocket/receiver.py" : "\(folder)/SocketIO/server.py"
    let input = try InputPipe()
    let child = try Child(
      "/usr/bin/python3", [script, "\(port)", "--log", log], name: "receiver-\(starts)", in: bench, input: input.reading
    )
    input.closeReading()
    (self.child, self.input) = (child, input)
    try Wait.until("the receiver to listen; \(child.tail)") {
      if let exit = child.exit { throw Failure("receiver: \(exit); \(child.tail)") }
      return Socket.answers(port: port)
    }
    for (name, value) in orders { try input.send("{\"\(name)\":\(value)}") }
  }

  /// SIGKILL, where it keeps what it answered for; otherwise what it has read would be gone with it.
  func stop() throws {
    if !answersForRecords { try settle() }
    child?.kill()
    (child, input) = (nil, nil)
  }

  func stopForgetting() throws { try stop() }

  private func order(_ name: String, _ value: String) throws {
    orders[name] = value
    try input?.send("{\"\(name)\":\(value)}")
    // Obeyed from here on.
    try settle()
  }

  func pace(_ answersPerSecond: Double?) throws { try order("pace", answersPerSecond.map { "\($0)" } ?? "null") }
  func refuse(_ isOn: Bool) throws { try order("refuse", "\(isOn)") }

  /// It does what it has heard of before, then makes a file.
  func settle() throws {
    guard let child, child.exit == nil else { return }
    settlements += 1
    let word = bench.path("settled-\(settlements)")
    try input?.send("{\"settle\":\"\(word)\"}")
    try Wait.until("the receiver to be done; \(child.tail)") { access(word, F_OK) == 0 }
  }

  var received: [ReceivedRecord] {
    get throws {
      try catchUp()
      return lock.withLock { records }
    }
  }

  var batches: [ReceivedBatch] {
    get throws {
      try catchUp()
      return lock.withLock { told }
    }
  }

  var refusals: Refusals {
    get throws {
      try catchUp()
      return lock.withLock { refused }
    }
  }

  /// Reads what was added to the log.
  private func catchUp() throws {
    try lock.withLock {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: log))
      defer { try? file.close() }
      try file.seek(toOffset: read)
      let bytes = [UInt8](try file.readToEnd() ?? Data())
      guard let end = bytes.lastIndex(of: 10) else { return }
      read += UInt64(end + 1)
      for line in bytes[..<end].split(separator: 10) where line.last == UInt8(ascii: "}") { try take(Array(line)) }
    }
  }

  private func take(_ line: [UInt8]) throws {
    let entry = try WireValue.parse(line)
    guard let message = entry["message"], let list = entry["refused"]?.elements else {
      throw Failure("no entry of a receiver's log: \(String(decoding: line.prefix(200), as: UTF8.self))")
    }
    let refused = Set(list.compactMap { $0.number.map { Int($0) } })
    if let batch = try ReceivedBatch(message, after: records.count) { told.append(batch) }
    let found = try ReceivedRecord.records(in: message, time: .now)
    for seq in refused { self.refused.add([seq]) }
    records += found.filter { !refused.contains($0.identity.seq) }
  }
}

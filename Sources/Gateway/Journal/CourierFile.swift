import CLinux
import Config
import Deflate
import Glibc

/// A file for a courier while it is written: beside its place under another name, on disk and whole before it gets its own, so that
/// nobody ever finds half of it.
public final class CourierFile {
  private let path: String
  private let temporary: String
  private let replaces: Bool
  private let descriptor: Int32
  private let deflater: Deflater?
  private var waiting: [UInt8] = []
  private var isFinished = false

  /// Bytes that are written, or deflated, at once.
  private static let pieceSize = 256 << 10

  /// - Parameters:
  ///   - path: gzip where it ends in `.gz`.
  ///   - replaces: What is there already is replaced in the end; else that is refused.
  public init(path: String, replaces: Bool) throws(ControlClient.Failure) {
    if !replaces, access(path, F_OK) == 0 {
      throw ControlClient.Failure(description: "\(path) is there already; give another name, or `--force`")
    }
    temporary = "\(path).part-\(getpid())"
    self.path = path
    self.replaces = replaces
    deflater = path.hasSuffix(".gz") ? Deflater(.balanced) : nil
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw ControlClient.Failure(description: "\(temporary) can't be written (\(String(cString: strerror(errno))))")
    }
  }

  deinit {
    close(descriptor)
    if !isFinished { unlink(temporary) }
  }

  public func append(_ line: [UInt8]) throws(ControlClient.Failure) {
    waiting += line
    waiting.append(10)
    if waiting.count >= Self.pieceSize { try flush() }
  }

  private func flush() throws(ControlClient.Failure) {
    guard !waiting.isEmpty else { return }
    var bytes = waiting
    waiting = []
    if let deflater {
      guard let packed = GzipMember.pack(bytes, by: deflater) else {
        throw ControlClient.Failure(description: "no memory to deflate \(path)")
      }
      bytes = packed
    }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      rest = rest.dropFirst(count)
    }
  }

  /// Gives it its name.
  public func finish() throws(ControlClient.Failure) {
    try flush()
    guard fsync(descriptor) == 0 else { throw failure() }
    // FAT, as on most sticks, knows no hard links, but this.
    let status = replaces ? rename(temporary, path) : waypost_rename_new(temporary, path)
    guard status == 0 else {
      throw errno == EEXIST
        ? ControlClient.Failure(description: "\(path) is there already; give another name, or `--force`") : failure()
    }
    isFinished = true
    // The name, too.
    let folder = Self.folder(of: path)
    let entry = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard entry >= 0 else { return }
    defer { close(entry) }
    // Some file systems can't; the file's own content is on disk.
    _ = fsync(entry)
  }

  private func failure() -> ControlClient.Failure {
    ControlClient.Failure(description: "\(path) can't be written (\(String(cString: strerror(errno))))")
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}

extension Carried {
  /// Reads a courier's file from end to end: what it is of, and that it is whole.
  ///
  /// - Returns: What to tell the daemon, and how many records there are.
  /// - Throws: with the line, where it isn't such a file, or not all of it.
  public static func read(path: String) throws(ControlClient.Failure) -> (carried: Carried, records: Int) {
    var reader = CourierReader(path: path)
    try CourierLines.forEach(in: path) { (line) throws(ControlClient.Failure) in try reader.take(line) }
    return try reader.finish()
  }
}

/// What a courier's file says, line by line.
private struct CourierReader {
  let path: String
  private var carried: Carried?
  private var records = 0
  private var promised: Int?
  private var number = 0

  init(path: String) { self.path = path }

  mutating func take(_ line: [UInt8]) throws(ControlClient.Failure) {
    number += 1
    guard promised == nil else { throw failure("there is more behind its end; was something added?") }
    var diagnostics = Diagnostics()
    guard let node = JSON.parse(SourceFile(path: path, bytes: line), diagnostics: &diagnostics) else {
      throw failure("this is no JSON; was the file cut off or changed on its way?")
    }
    do throws(JournalRequest.Malformed) {
      if let export = node["export"] {
        try take(export, of: node)
      } else {
        try takeRecord(node)
      }
    } catch {
      throw failure(error.message)
    }
  }

  private mutating func take(_ export: JSONNode, of line: JSONNode) throws(JournalRequest.Malformed) {
    if let count = export["records"] {
      promised = Int(clamping: try count.wholeNumber("records"))
      return
    }
    guard carried == nil else { throw .init(message: "another file begins here") }
    guard let gateway = try line.text("gateway") else { throw .init(message: "`gateway` is missing") }
    carried = try Carried(export, gateway: gateway)
  }

  private mutating func takeRecord(_ node: JSONNode) throws(JournalRequest.Malformed) {
    guard carried != nil else { throw .init(message: "the file doesn't begin as `waypost journal export` writes it") }
    guard let journal = try node.text("journal"), let seq = try node["seq"]?.wholeNumber("seq") else {
      throw .init(message: "this is no record: `journal` or `seq` is missing")
    }
    guard try node.text("gateway") == carried?.gateway else {
      throw .init(message: "this record is of another gateway")
    }
    records += 1
    let end = Carried.End(journal: journal, seq: seq)
    if carried?.ends.count == 2 { carried?.ends[1] = end } else { carried?.ends.append(end) }
  }

  func finish() throws(ControlClient.Failure) -> (carried: Carried, records: Int) {
    guard let carried, let promised else {
      throw ControlClient.Failure(description: "\(path): the end is missing; it was cut off on its way")
    }
    guard promised == records else {
      throw ControlClient.Failure(
        description: "\(path) has \(records) records and was made with \(promised); it was changed on its way")
    }
    return (carried, records)
  }

  private func failure(_ message: String) -> ControlClient.Failure {
    ControlClient.Failure(description: "\(path):\(number): \(message)")
  }
}

/// A file's lines, deflated or not, without more than one of them in memory.
private enum CourierLines {
  static func forEach(
    in path: String, _ body: ([UInt8]) throws(ControlClient.Failure) -> Void
  ) throws(ControlClient.Failure) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw ControlClient.Failure(description: "\(path) can't be read (\(String(cString: strerror(errno))))")
    }
    defer { close(descriptor) }
    let isDeflated = path.hasSuffix(".gz")
    let inflater = Inflater()
    var raw: [UInt8] = []
    var rest: [UInt8] = []
    func give(_ bytes: [UInt8]) throws(ControlClient.Failure) {
      var start = bytes.startIndex
      while let end = bytes[start...].firstIndex(of: 10) {
        try body(rest + bytes[start..<end])
        rest = []
        start = end + 1
      }
      rest += bytes[start...]
      guard rest.count <= AnswerLines.lineLimit else {
        throw ControlClient.Failure(description: "\(path): a line is too long; is it a courier's file?")
      }
    }
    while let chunk = try read(descriptor, path) {
      guard isDeflated else {
        try give(chunk)
        continue
      }
      raw += chunk
      while raw.count >= GzipMember.headSize {
        guard let length = GzipMember.length(raw) else {
          throw ControlClient.Failure(
            description: "\(path) isn't deflated as `waypost journal export` does it; `gunzip` it and give the result")
        }
        guard raw.count >= length else { break }
        guard let bytes = GzipMember.unpack(Array(raw[..<length]), by: inflater) else {
          throw ControlClient.Failure(description: "\(path) is damaged")
        }
        raw.removeFirst(length)
        try give(bytes)
      }
    }
    guard raw.isEmpty, rest.isEmpty else {
      throw ControlClient.Failure(description: "\(path): the end is missing; it was cut off on its way")
    }
  }

  private static func read(_ descriptor: Int32, _ path: String) throws(ControlClient.Failure) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    var count: Int
    repeat { count = Glibc.read(descriptor, &buffer, buffer.count) } while count < 0 && errno == EINTR
    guard count >= 0 else {
      throw ControlClient.Failure(description: "\(path) can't be read (\(String(cString: strerror(errno))))")
    }
    return count == 0 ? nil : Array(buffer[..<count])
  }
}

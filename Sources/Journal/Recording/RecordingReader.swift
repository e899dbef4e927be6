import Deflate
import Glibc
import Model

/// Reads a recording's file, piece by piece, whatever its size. Never traps on damaged bytes.
///
/// First comes a segment, then observations, perhaps further segments. After the last item `ending` says whether the file was whole.
public final class RecordingReader {
  /// How a recording ended.
  public enum Ending: Hashable, Sendable {
    case complete
    /// The file is cut off or damaged from that byte on. What came before is good.
    case torn(offset: Int64, reason: String)
  }

  public let path: String
  /// `nil` until the last item was read.
  public private(set) var ending: Ending?
  /// Observations given so far.
  public private(set) var observationCount: UInt64 = 0

  /// Bytes read so far.
  public private(set) var offset: Int64 = 0

  private let file: Int32
  private let inflater = Inflater()
  private var items: [RecordingItem] = []
  private var nextItem = 0
  /// A header whose state rows are not all there yet.
  private var opening: (header: RecordingHeader, rows: UInt64)?

  /// - Throws: `JournalError` when the file can't be read, or is no recording at all.
  public init(path: String) throws(JournalError) {
    self.path = path
    if let oddity = BrokenFile.isOddity(path) {
      throw JournalError(.cannotOpen, "this is \(oddity), not a recording", place: path)
    }
    file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else {
      throw JournalError(
        .cannotOpen, "the recording can't be read", cause: String(cString: strerror(errno)), place: path)
    }
    let magic = try bytes(RecordingFile.magic.count)
    guard magic == RecordingFile.magic else {
      let isNewer = magic.prefix(7) == RecordingFile.magic.prefix(7)
      throw JournalError(
        isNewer ? .newer : .foreign,
        isNewer
          ? "the recording was made by a newer Waypost; replay it with that one"
          : "this is no recording of Waypost's; make one by `waypost record export FILE`", place: path)
    }
  }

  deinit { close(file) }

  /// True when the file begins as a recording does, so that it can be told from other tracks.
  public static func isRecording(_ firstBytes: some Collection<UInt8>) -> Bool {
    firstBytes.prefix(7).elementsEqual(RecordingFile.magic.prefix(7))
  }

  /// The next item; `nil` at the end.
  /// - Throws: when the file can't be read any more. A torn file isn't an error: see `ending`.
  public func next() throws(JournalError) -> RecordingItem? {
    while nextItem == items.count {
      guard ending == nil else { return nil }
      items.removeAll(keepingCapacity: true)
      nextItem = 0
      try readFrame()
    }
    defer { nextItem += 1 }
    if case .observation = items[nextItem] { observationCount += 1 }
    return items[nextItem]
  }

  private func readFrame() throws(JournalError) {
    let start = offset
    func tear(_ reason: String) { ending = .torn(offset: start, reason: reason) }
    let head = try bytes(RecordingFile.frameHeadSize)
    guard !head.isEmpty else { return tear("it ends without its end mark") }
    guard head.count == RecordingFile.frameHeadSize else { return tear("it is cut off") }
    guard let count = RecordingBlock.storedCount(head) else { return tear("a frame is damaged") }
    let data = try bytes(count)
    guard data.count == count else { return tear("it is cut off") }
    guard let block = RecordingBlock(frameHead: head, data: data), let raw = block.packed.unpacked(by: inflater) else {
      return tear("a frame is damaged")
    }
    do throws(PackingError) {
      if let reason = try take(block, raw) { tear(reason) }
    } catch {
      tear("a frame is damaged")
    }
  }

  /// The reason why the frame can't stand here, if it can't.
  private func take(_ block: RecordingBlock, _ raw: [UInt8]) throws(PackingError) -> String? {
    switch block.kind {
    case .header:
      guard opening == nil || opening?.rows == 0 else { return "a header is not complete" }
      opening = try block.header(raw)
      giveSegmentIfWhole()
    case .state:
      guard let (known, rows) = opening else { return "state without a header" }
      var header = known
      header.state += try block.rows(raw)
      guard UInt64(header.state.count) <= rows else { return "more state than its header says" }
      opening = (header, rows)
      giveSegmentIfWhole()
    case .observations:
      guard hasSegment, opening == nil else { return "observations without a header" }
      for observation in try block.observations(raw) { items.append(.observation(observation)) }
    case .end:
      var reader = PackedReader(raw)
      guard try reader.unsigned() == observationCount, opening == nil else { return "observations are missing" }
      ending = .complete
    }
    return nil
  }

  private var hasSegment = false

  private func giveSegmentIfWhole() {
    guard let (header, rows) = opening, UInt64(header.state.count) == rows else { return }
    items.append(.segment(header))
    opening = nil
    hasSegment = true
  }

  /// Up to `count` bytes; fewer at the end of the file.
  private func bytes(_ count: Int) throws(JournalError) -> [UInt8] {
    var got = 0
    var failure: Int32 = 0
    let out = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while got < count {
        let n = read(file, buffer.baseAddress.map { $0 + got }, count - got)
        if n < 0, errno == EINTR { continue }
        if n < 0 { failure = errno }
        if n <= 0 { break }
        got += n
      }
      initialized = got
    }
    guard failure == 0 else {
      throw JournalError(
        .inputOutput, "the recording can't be read", cause: String(cString: strerror(failure)), place: path)
    }
    offset += Int64(out.count)
    return out
  }
}

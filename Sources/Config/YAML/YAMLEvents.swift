import CYAML

/// libyaml's event parser over a part of a file's bytes, its marks turned into byte offsets of the file.
///
/// A class, since libyaml keeps pointers into its own struct; confined to one parse.
final class YAMLEvents {
  enum Style { case plain, quoted, block }

  enum Kind {
    case streamEnd
    case documentStart(explicit: Bool)
    case documentEnd
    case alias(String)
    case scalar(text: String, style: Style, anchor: String?, tag: String?)
    case sequenceStart(isFlow: Bool, anchor: String?, tag: String?)
    case mappingStart(isFlow: Bool, anchor: String?, tag: String?)
    case collectionEnd
  }

  struct Event {
    var kind: Kind
    /// Byte offsets in the file.
    var start: Int
    var end: Int
  }

  /// Where and why libyaml stopped, in its own words.
  struct Failure: Error {
    var problem: String
    var context: String
    /// Byte offsets in the file.
    var place: Int
    var contextPlace: Int
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let isReady: Bool
  private let bytes: [UInt8]
  private let scalars: ScalarOffsets
  private let firstScalar: Int

  /// `start` is the byte offset where to begin; behind a byte order mark, at the beginning of a line.
  init(_ bytes: [UInt8], from start: Int, scalars: ScalarOffsets) {
    self.bytes = bytes
    self.scalars = scalars
    firstScalar = scalars.scalar(at: start)
    parser = .allocate(capacity: 1)
    isReady = yaml_parser_initialize(parser) == 1
    guard isReady else { return }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    // The reader's context is the byte where the next part begins, as a bare number: no reference to keep alive.
    source = UnsafeMutablePointer<Source>.allocate(capacity: 1)
    source?.initialize(to: Source(bytes: bytes, next: start))
    yaml_parser_set_input(
      parser,
      { context, buffer, size, read in
        guard let context, let buffer, let read else { return 0 }
        let source = context.assumingMemoryBound(to: Source.self)
        let count = min(size, source.pointee.bytes.count - source.pointee.next)
        source.pointee.bytes.withUnsafeBufferPointer {
          if count > 0, let base = $0.baseAddress { buffer.update(from: base + source.pointee.next, count: count) }
        }
        source.pointee.next += count
        read.pointee = count
        return 1
      }, source)
  }

  private struct Source {
    let bytes: [UInt8]
    var next: Int
  }
  private var source: UnsafeMutablePointer<Source>?

  deinit {
    if isReady { yaml_parser_delete(parser) }
    parser.deallocate()
    source?.deinitialize(count: 1)
    source?.deallocate()
  }

  /// The next event; nothing may be asked for after `streamEnd` or a failure.
  func next() throws(Failure) -> Event {
    guard isReady else { throw Failure(problem: "out of memory", context: "", place: 0, contextPlace: 0) }
    while true {
      var event = yaml_event_t()
      guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
      defer { yaml_event_delete(&event) }
      guard let kind = kind(of: event) else { continue }
      return Event(kind: kind, start: offset(event.start_mark), end: offset(event.end_mark))
    }
  }

  private func kind(of event: yaml_event_t) -> Kind? {
    switch event.type {
    case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return .streamEnd
    case YAML_DOCUMENT_START_EVENT: return .documentStart(explicit: event.data.document_start.implicit == 0)
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_ALIAS_EVENT: return .alias(text(event.data.alias.anchor) ?? "")
    case YAML_SCALAR_EVENT:
      let data = event.data.scalar
      let style: Style =
        switch data.style {
        case YAML_PLAIN_SCALAR_STYLE: .plain
        case YAML_LITERAL_SCALAR_STYLE, YAML_FOLDED_SCALAR_STYLE: .block
        default: .quoted
        }
      let value = String(decoding: UnsafeBufferPointer(start: data.value, count: data.length), as: UTF8.self)
      return .scalar(text: value, style: style, anchor: text(data.anchor), tag: text(data.tag))
    case YAML_SEQUENCE_START_EVENT:
      let data = event.data.sequence_start
      return .sequenceStart(
        isFlow: data.style == YAML_FLOW_SEQUENCE_STYLE, anchor: text(data.anchor), tag: text(data.tag))
    case YAML_MAPPING_START_EVENT:
      let data = event.data.mapping_start
      return .mappingStart(
        isFlow: data.style == YAML_FLOW_MAPPING_STYLE, anchor: text(data.anchor), tag: text(data.tag))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .collectionEnd
    default: return nil
    }
  }

  private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    pointer.map { String(cString: $0) }
  }

  private func failure() -> Failure {
    let state = parser.pointee
    let problem = state.problem.map { String(cString: $0) } ?? "out of memory"
    let context = state.context.map { String(cString: $0) } ?? ""
    let place = offset(state.problem_mark)
    return Failure(
      problem: problem, context: context, place: place,
      contextPlace: context.isEmpty ? place : offset(state.context_mark))
  }

  /// libyaml counts code points from where it began.
  private func offset(_ mark: yaml_mark_t) -> Int { scalars.offset(ofScalar: firstScalar + Int(mark.index)) }
}

/// Where the code points of a well-formed UTF-8 text begin: a table of every 64th, so that any is found in a few steps.
struct ScalarOffsets {
  private let bytes: [UInt8]
  private var table: [Int] = []
  private let isASCII: Bool
  private static let stride = 64

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    isASCII = bytes.withUnsafeBufferPointer { $0.allSatisfy { $0 < 0x80 } }
    guard !isASCII else { return }
    var count = 0
    for (offset, byte) in bytes.enumerated() where byte & 0xC0 != 0x80 {
      if count % Self.stride == 0 { table.append(offset) }
      count += 1
    }
  }

  /// The end of the text for a number beyond it.
  func offset(ofScalar number: Int) -> Int {
    if isASCII { return min(number, bytes.count) }
    guard number / Self.stride < table.count else { return bytes.count }
    var offset = table[number / Self.stride]
    var left = number % Self.stride
    while offset < bytes.count, left > 0 {
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      left -= 1
    }
    return offset
  }

  /// How many code points begin before `offset`.
  func scalar(at offset: Int) -> Int {
    if isASCII { return offset }
    var low = 0
    var high = table.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if table[middle] <= offset { low = middle } else { high = middle }
    }
    return low * Self.stride + bytes[table[low]..<offset].reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
  }
}

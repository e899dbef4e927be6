import Deflate
import Model

/// One piece of a recording, as a row of the table `recording` and as a frame of the file.
struct RecordingBlock: Equatable {
  enum Kind: UInt8 {
    /// Gateway, engine id, engine time, number of state rows that follow in `state` blocks.
    case header = 0
    case state = 1
    case observations = 2
    /// The number of observations in the whole file; nothing follows. Not in the table.
    case end = 255
  }

  var kind: Kind
  /// State rows or observations in it.
  var count: Int
  var packed: PackedBytes

  /// A block is closed when it has about this many bytes before it is deflated.
  static let rawLimit = 64 << 10

  var checksum: UInt32 {
    var head = PackedWriter()
    head.write(byte: kind.rawValue)
    head.write(UInt64(count))
    head.write(UInt64(packed.rawCount))
    return Checksum.crc32(head.bytes, packed.data)
  }

  init(kind: Kind, count: Int, packed: PackedBytes) {
    self.kind = kind
    self.count = count
    self.packed = packed
  }

  static func end(observations: UInt64, by deflater: Deflater) -> RecordingBlock {
    var writer = PackedWriter()
    writer.write(observations)
    return RecordingBlock(kind: .end, count: 0, packed: PackedBytes(writer.bytes, by: deflater))
  }

  /// A header with the state that belongs to it.
  static func segment(_ header: RecordingHeader, by deflater: Deflater) -> [RecordingBlock] {
    var writer = PackedWriter()
    writer.write(header.gateway)
    writer.write(header.engine)
    writer.write(header.time.nanoseconds)
    writer.write(UInt64(header.state.count))
    let first = RecordingBlock(kind: .header, count: 0, packed: PackedBytes(writer.bytes, by: deflater))
    return [first]
      + pack(header.state, as: .state, by: deflater) { writer, row in
        writer.write(row.kind)
        writer.write(row.name)
        writer.write(row.value ?? [])
      }
  }

  static func observations(_ observations: [Observation], by deflater: Deflater) -> [RecordingBlock] {
    pack(observations, as: .observations, by: deflater) { $0.write($1) }
  }

  private static func pack<Item>(
    _ items: [Item], as kind: Kind, by deflater: Deflater, _ write: (inout PackedWriter, Item) -> Void
  ) -> [RecordingBlock] {
    var blocks: [RecordingBlock] = []
    var writer = PackedWriter()
    var count = 0
    func close() {
      guard count > 0 else { return }
      blocks.append(RecordingBlock(kind: kind, count: count, packed: PackedBytes(writer.bytes, by: deflater)))
      writer.removeAll()
      count = 0
    }
    for item in items {
      write(&writer, item)
      count += 1
      if writer.bytes.count >= rawLimit { close() }
    }
    close()
    return blocks
  }
}

extension RecordingBlock {
  /// What a header block says; its rows come in the blocks after it.
  func header(_ raw: [UInt8]) throws(PackingError) -> (header: RecordingHeader, rows: UInt64) {
    var reader = PackedReader(raw)
    let header = RecordingHeader(
      gateway: try reader.string(), engine: try reader.string(),
      time: EngineTime(nanoseconds: try reader.signed()), state: [])
    return (header, try reader.unsigned())
  }

  func rows(_ raw: [UInt8]) throws(PackingError) -> [StateRow] {
    var reader = PackedReader(raw)
    var rows: [StateRow] = []
    while !reader.isAtEnd {
      rows.append(StateRow(kind: try reader.string(), name: try reader.string(), value: try reader.blob()))
    }
    return rows
  }

  func observations(_ raw: [UInt8]) throws(PackingError) -> [Observation] {
    var reader = PackedReader(raw)
    var observations: [Observation] = []
    observations.reserveCapacity(min(count, raw.count))
    while !reader.isAtEnd { observations.append(try reader.observation()) }
    return observations
  }
}

import Journal
import Model

/// How many connections each uplink has begun, for servers that tell one from the next by its number. It outlives restarts as rows of the journal.
struct ConnectionBook {
  static let kind = "connections"

  private var counts: [String: UInt64] = [:]

  /// - Parameter rows: As the journal has them; what can't be read is passed over, and counted anew.
  init(_ rows: [StateRow] = []) {
    for row in rows {
      guard let value = row.value else { continue }
      var reader = PackedReader(value)
      do throws(PackingError) {
        guard try reader.byte() == 1 else { continue }
        counts[row.name] = try reader.unsigned()
      } catch {
        continue
      }
    }
  }

  /// The number of a connection that begins now, from 0, and the row that is to be kept before it does.
  mutating func next(of uplink: String) -> (number: UInt64, row: StateRow) {
    let number = counts[uplink] ?? 0
    counts[uplink] = number &+ 1
    var writer = PackedWriter()
    writer.write(byte: 1)
    writer.write(number &+ 1)
    return (number, StateRow(kind: Self.kind, name: uplink, value: writer.bytes))
  }
}

import Journal
import Model

/// How many bytes went over each uplink, by days of UTC, for who pays for them. It outlives restarts as rows of the journal, which a commit takes along
/// once a minute: that is what a kill may lose.
struct TrafficBook {
  struct Day: Hashable, Sendable {
    /// Days since 1970-01-01; −1 before the clock was ever right.
    var number: Int64
    var sent: UInt64
    var received: UInt64

    var total: UInt64 { sent &+ received }

    /// As RFC 3339 has dates; `nil` where it isn't known.
    var date: String? {
      number < 0 ? nil : String("\(Timestamp(milliseconds: number * 86_400_000))".prefix(10))
    }
  }

  static let kind = "traffic"
  static let mostDays = 8

  private(set) var days: [String: [Day]] = [:]
  private var changed: Set<String> = []

  /// - Parameter rows: As the journal has them; what can't be read is passed over.
  init(_ rows: [StateRow] = []) {
    for row in rows {
      guard let value = row.value else { continue }
      do throws(PackingError) {
        days[row.name] = try Self.unpack(value)
      } catch {
        // Another version's: it is counted anew.
        continue
      }
    }
  }

  /// - Parameter day: today's number; `nil` where the clock isn't right: then it counts to the newest day that is known.
  mutating func add(_ uplink: String, sent: UInt64, received: UInt64, day: Int64?) {
    var all = days[uplink] ?? []
    let number = day ?? all.last?.number ?? -1
    // What came before the clock was right was today's, as far as anybody knows; and a clock that is set back begins no day anew.
    if let last = all.last, last.number == number || last.number < 0 || number < last.number {
      all[all.count - 1].number = max(last.number, number)
    } else {
      all.append(Day(number: number, sent: 0, received: 0))
    }
    all[all.count - 1].sent &+= sent
    all[all.count - 1].received &+= received
    days[uplink] = all.suffix(Self.mostDays)
    changed.insert(uplink)
  }

  /// Bytes both ways on that day, or on the newest that is known.
  func today(_ uplink: String, day: Int64?) -> Day? {
    guard let last = days[uplink]?.last, day == nil || last.number < 0 || last.number >= (day ?? 0) else { return nil }
    return last
  }

  /// Rows that changed since the last call.
  mutating func takeRows() -> [StateRow] {
    defer { changed = [] }
    return changed.sorted().map { StateRow(kind: Self.kind, name: $0, value: Self.pack(days[$0] ?? [])) }
  }

  private static func pack(_ days: [Day]) -> [UInt8] {
    var writer = PackedWriter()
    writer.write(byte: 1)
    writer.write(UInt64(days.count))
    for day in days {
      writer.write(day.number)
      writer.write(day.sent)
      writer.write(day.received)
    }
    return writer.bytes
  }

  private static func unpack(_ value: [UInt8]) throws(PackingError) -> [Day] {
    var reader = PackedReader(value)
    guard try reader.byte() == 1 else { throw .malformed(offset: 0) }
    let count = try reader.unsigned()
    guard count <= UInt64(mostDays) else { throw .malformed(offset: reader.offset) }
    var days: [Day] = []
    for _ in 0..<count {
      days.append(Day(number: try reader.signed(), sent: try reader.unsigned(), received: try reader.unsigned()))
    }
    return days
  }
}

import Deflate
import Journal
import Model
import Uplinks

/// Which commands have been carried out, so that one that is given again isn't carried out again but answered as before: for seven days, and
/// of each uplink the last 1,024.
///
/// A command comes in by a link that may break before its answer has gone; then the server gives it again, with the same id, perhaps to a
/// gateway that was started anew meanwhile. So each is a row that goes into the journal with what it caused, in one transaction.
struct CommandBook {
  struct Key: Hashable, Comparable {
    var uplink: String
    /// `CommandID.key`
    var id: String

    /// Neither has a blank.
    var row: String { uplink + " " + id }

    static func < (a: Key, b: Key) -> Bool { (a.uplink, a.id) < (b.uplink, b.id) }
  }

  private struct Entry {
    var at: EngineTime
    /// Tells what was asked for from something else under the same id.
    var fingerprint: UInt32
  }

  enum Finding: Hashable {
    case unknown
    /// Carried out; the answer lies in the journal.
    case carriedOut
    /// Carried out, and not on disk yet.
    case waiting(CommandAnswer)
    /// The id was given to something else.
    case other
  }

  static let kind = "command"
  static let memory = Interval.days(7)
  static let mostPerUplink = 1024

  private var entries: [Key: Entry] = [:]
  /// By uplink, oldest first.
  private var order: [String: [Key]] = [:]
  /// Not committed yet.
  private var waiting: [Key: CommandAnswer] = [:]

  /// - Parameter rows: As the journal has them; what can't be read is passed over.
  init(_ rows: [StateRow] = []) {
    for row in rows {
      guard let key = Key(row: row.name), let value = row.value else { continue }
      do throws(PackingError) {
        entries[key] = try Self.unpack(value).entry
        order[key.uplink, default: []].append(key)
      } catch {
        // Another version's: a command that it has carried out is unknown to this one.
        continue
      }
    }
    for uplink in order.keys {
      order[uplink]?.sort { a, b in
        let (first, second) = (entries[a]?.at ?? .zero, entries[b]?.at ?? .zero)
        return first == second ? a < b : first < second
      }
    }
  }

  var count: Int { entries.count }

  func find(_ key: Key, _ command: ServerCommand) -> Finding {
    guard let entry = entries[key] else { return .unknown }
    guard entry.fingerprint == Self.fingerprint(command) else { return .other }
    return waiting[key].map { .waiting($0) } ?? .carriedOut
  }

  /// Notes a command; the rows go into the commit of what it caused, with those of commands that are forgotten in return.
  mutating func note(
    _ key: Key, _ command: ServerCommand, _ answer: CommandAnswer, at time: EngineTime
  ) -> [StateRow] {
    let entry = Entry(at: time, fingerprint: Self.fingerprint(command))
    entries[key] = entry
    waiting[key] = answer
    order[key.uplink, default: []].append(key)
    var rows = [StateRow(kind: Self.kind, name: key.row, value: Self.pack(entry, answer))]
    for uplink in order.keys.sorted() {
      while let oldest = order[uplink]?.first, oldest != key, let at = entries[oldest]?.at,
        time - at > Self.memory || order[uplink, default: []].count > Self.mostPerUplink
      {
        order[uplink]?.removeFirst()
        entries[oldest] = nil
        waiting[oldest] = nil
        rows.append(StateRow(kind: Self.kind, name: oldest.row, value: nil))
      }
    }
    return rows
  }

  /// All that was noted is on disk.
  mutating func committed() { waiting = [:] }

  /// What was noted last came to nothing.
  mutating func forget(_ key: Key) {
    entries[key] = nil
    waiting[key] = nil
    order[key.uplink]?.removeAll { $0 == key }
  }

  /// The answer in a row.
  static func answer(in value: [UInt8]) throws(PackingError) -> CommandAnswer { try unpack(value).answer }

  private static func fingerprint(_ command: ServerCommand) -> UInt32 {
    var writer = PackedWriter()
    writer.write(command.name)
    for argument in command.arguments.sorted(by: { $0.name < $1.name }) {
      writer.write(argument.name)
      writer.write(argument.value)
    }
    return Checksum.crc32(writer.bytes)
  }

  private static func pack(_ entry: Entry, _ answer: CommandAnswer) -> [UInt8] {
    var writer = PackedWriter()
    writer.write(byte: 1)
    writer.write(entry.at.nanoseconds)
    writer.write(UInt64(entry.fingerprint))
    writer.write(optional: answer.error) { $0.write($1) }
    writer.write(optional: answer.result) { $0.write($1) }
    return writer.bytes
  }

  private static func unpack(_ value: [UInt8]) throws(PackingError) -> (entry: Entry, answer: CommandAnswer) {
    var reader = PackedReader(value)
    guard try reader.byte() == 1 else { throw .malformed(offset: 0) }
    let entry = Entry(
      at: EngineTime(nanoseconds: try reader.signed()), fingerprint: UInt32(truncatingIfNeeded: try reader.unsigned()))
    let error = try reader.optional { reader throws(PackingError) in try reader.string() }
    let result = try reader.optional { reader throws(PackingError) in try reader.blob() }
    return (entry, CommandAnswer(error: error, result: result))
  }
}

extension CommandBook.Key {
  init?(row: String) {
    let parts = row.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    self.init(uplink: String(parts[0]), id: String(parts[1]))
  }
}

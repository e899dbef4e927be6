import Config
import Journal
import Model

/// What Socket.IO's events carry: of a position the flat object that such servers are written for, `lng` and `lat` first; of the rest the JSON
/// format's. Each has `gateway`, `journal` and `seq`.
public struct SocketIOMessages: MessageFormat {
  public init() {}
  public var name: String { "socket.io" }
  public var singly: RecordKinds { .all }
  public func encoder(gateway: String) -> any RecordEncoder { SocketIOEncoder(gateway: gateway) }
}

struct SocketIOEncoder: RecordEncoder, Sendable {
  private let gateway: String
  private var writer = JSONWriter()

  init(gateway: String) { self.gateway = gateway }

  var size: Int { writer.bytes.count }

  mutating func beginRecord() { writer.removeAll() }

  /// Never asked for: all records go singly.
  mutating func beginBatch(number: UInt64, journal: String, cursors: LaneCursors, head: UInt64) { writer.removeAll() }

  mutating func append(_ record: StoredRecord, late: Bool) { append(record, late: late, again: false) }
  mutating func append(again record: StoredRecord) { append(record, late: true, again: true) }

  private mutating func append(_ record: StoredRecord, late: Bool, again: Bool) {
    guard case .position(_, let position) = record.body else {
      return JSONFormat.append(record, gateway: gateway, late: late, again: again, to: &writer)
    }
    let place = JSONFormat.Place.flat(longitude: position.longitude, latitude: position.latitude)
    JSONFormat.append(record, gateway: gateway, late: late, again: again, place: place, to: &writer)
  }

  mutating func finish() -> [UInt8] {
    writer.take()
  }
}

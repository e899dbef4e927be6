import Config
import Model

/// What a courier's file says of itself, in the member `export` of its first line; and, with what was found in it, what the daemon is told
/// once the server has it.
public struct Carried: Sendable, Equatable {
  public var gateway: String
  public var uplink: String
  /// Everything that the uplink sends and that waited for it in this range is in the file.
  public var first: UInt64
  public var last: UInt64
  /// What the uplink sent when the file was made; names as on the wire.
  public var kinds: [String]
  /// The first and the last record of the file: they tell whether the file is of this journal.
  public var ends: [End] = []

  /// A record by its name.
  public struct End: Sendable, Equatable {
    public var journal: String
    public var seq: UInt64

    public init(journal: String, seq: UInt64) {
      self.journal = journal
      self.seq = seq
    }
  }

  public init(gateway: String, uplink: String, first: UInt64, last: UInt64, kinds: [String]) {
    self.gateway = gateway
    self.uplink = uplink
    self.first = first
    self.last = last
    self.kinds = kinds
  }

  /// Writes the members, without `gateway` where the line has one.
  func write(to writer: inout JSONWriter, gateway isWritten: Bool = true) {
    if isWritten { writer.member("gateway", gateway) }
    writer.member("uplink", uplink)
    writer.member("first", first)
    writer.member("last", last)
    writer.key("kinds")
    writer.beginArray()
    for kind in kinds { writer.string(kind) }
    writer.endArray()
    guard !ends.isEmpty else { return }
    writer.key("ends")
    writer.beginArray()
    for end in ends {
      writer.beginObject()
      writer.member("journal", end.journal)
      writer.member("seq", end.seq)
      writer.endObject()
    }
    writer.endArray()
  }

  /// From a request, or from the member `export` of a file's first line.
  ///
  /// - Parameter gateway: Where it stands elsewhere.
  init(_ node: JSONNode, gateway: String? = nil) throws(JournalRequest.Malformed) {
    func missing(_ name: String) -> JournalRequest.Malformed { .init(message: "`\(name)` is missing") }
    let told = try node.text("gateway")
    guard let gateway = gateway ?? told else { throw missing("gateway") }
    guard let uplink = try node.text("uplink") else { throw missing("uplink") }
    guard let first = node["first"] else { throw missing("first") }
    guard let last = node["last"] else { throw missing("last") }
    self.init(
      gateway: gateway, uplink: uplink, first: try first.wholeNumber("first"), last: try last.wholeNumber("last"),
      kinds: [])
    guard self.first > 0, self.first <= self.last else {
      throw JournalRequest.Malformed(message: "`first` is not before `last`")
    }
    for item in node["kinds"]?.array ?? [] {
      guard let kind = item.string else { throw JournalRequest.Malformed(message: "`kinds` is a list of texts") }
      kinds.append(kind)
    }
    for item in node["ends"]?.array ?? [] {
      guard ends.count < 2, let journal = try item.text("journal"), let seq = item["seq"] else {
        throw JournalRequest.Malformed(message: "`ends` are two records")
      }
      ends.append(End(journal: journal, seq: try seq.wholeNumber("seq")))
    }
  }
}

import Config
import Model
import Uplinks

/// What `waypost journal` asks of the daemon: members of the control socket's request line beside `"request":"journal-…"`.
///
/// `list`, `dead` and `export` are answered by `{"ok":true}` and then a line of JSON for each thing, ended by
/// `{"end":true,"records":N}`; should something fail on the way, the last line is a refusal instead.
public enum JournalRequest: Sendable, Equatable {
  /// Depths, ranges, cursors, drops.
  case summary
  /// Records.
  case list(Selection)
  /// Dead letters, the oldest first.
  case dead(uplink: String?)
  /// Dead letters are to be sent again: those with these numbers, or all. Without an uplink: of every one that is configured.
  case requeue(uplink: String?, seqs: [UInt64]?)
  /// What waits for an uplink, in the wire's JSON, to be carried.
  case export(Selection)
  /// What a file holds that was carried reached the server.
  case delivered(Carried)
  /// What waits for an uplink is given up. One that is configured is refused unless `evenConfigured`.
  case drop(uplink: String, evenConfigured: Bool)

  /// Which records.
  public struct Selection: Sendable, Equatable {
    /// Those that wait for this uplink; `nil`: all that are kept.
    public var uplink: String?
    /// Names as on the wire; empty: all.
    public var kinds: [String]
    public var from: UInt64?
    public var to: UInt64?
    /// At most so many.
    public var limit: Int?

    public init(
      uplink: String? = nil, kinds: [String] = [], from: UInt64? = nil, to: UInt64? = nil, limit: Int? = nil
    ) {
      self.uplink = uplink
      self.kinds = kinds
      self.from = from
      self.to = to
      self.limit = limit
    }
  }

  /// The most numbers that one request to requeue may name: a request is one short line.
  public static let seqLimit = 150
  /// The most records that `list` gives.
  public static let listLimit = 100_000

  var name: String {
    switch self {
    case .summary: "journal"
    case .list: "journal-list"
    case .dead: "journal-dead"
    case .requeue: "journal-requeue"
    case .export: "journal-export"
    case .delivered: "journal-delivered"
    case .drop: "journal-drop"
    }
  }

  /// Writes the members.
  func write(to writer: inout JSONWriter) {
    switch self {
    case .summary: break
    case .list(let selection), .export(let selection): selection.write(to: &writer)
    case .dead(let uplink):
      if let uplink { writer.member("uplink", uplink) }
    case .requeue(let uplink, let seqs):
      if let uplink { writer.member("uplink", uplink) }
      guard let seqs else { return }
      writer.key("seqs")
      writer.beginArray()
      for seq in seqs { writer.number(seq) }
      writer.endArray()
    case .delivered(let carried): carried.write(to: &writer)
    case .drop(let uplink, let evenConfigured):
      writer.member("uplink", uplink)
      writer.member("even_configured", evenConfigured)
    }
  }

  /// A request that can't be understood.
  struct Malformed: Error { var message: String }

  /// `nil` when the name is none of these.
  static func read(_ name: String, _ node: JSONNode) throws(Malformed) -> JournalRequest? {
    switch name {
    case "journal": return .summary
    case "journal-list": return .list(try Selection(node))
    case "journal-export": return .export(try Selection(node))
    case "journal-dead": return .dead(uplink: try node.text("uplink"))
    case "journal-requeue":
      guard let list = node["seqs"] else { return .requeue(uplink: try node.text("uplink"), seqs: nil) }
      guard let items = list.array, items.count <= seqLimit else {
        throw Malformed(message: "`seqs` is a list of at most \(seqLimit) numbers")
      }
      var seqs: [UInt64] = []
      for item in items { seqs.append(try item.wholeNumber("seqs")) }
      return .requeue(uplink: try node.text("uplink"), seqs: seqs)
    case "journal-delivered": return .delivered(try Carried(node))
    case "journal-drop":
      guard let uplink = try node.text("uplink") else { throw Malformed(message: "`uplink` is missing") }
      return .drop(uplink: uplink, evenConfigured: node["even_configured"]?.content == .boolean(true))
    default: return nil
    }
  }
}

extension JournalRequest.Selection {
  fileprivate func write(to writer: inout JSONWriter) {
    if let uplink { writer.member("uplink", uplink) }
    if !kinds.isEmpty {
      writer.key("kinds")
      writer.beginArray()
      for kind in kinds { writer.string(kind) }
      writer.endArray()
    }
    for (name, number) in [("from", from), ("to", to), ("limit", limit.map { UInt64(max(0, $0)) })] {
      guard let number else { continue }
      writer.member(name, number)
    }
  }

  fileprivate init(_ node: JSONNode) throws(JournalRequest.Malformed) {
    self.init(uplink: try node.text("uplink"))
    for item in node["kinds"]?.array ?? [] {
      guard let kind = item.string else { throw JournalRequest.Malformed(message: "`kinds` is a list of texts") }
      kinds.append(kind)
    }
    _ = try recordKinds()
    from = try node["from"].map { node throws(JournalRequest.Malformed) in try node.wholeNumber("from") }
    to = try node["to"].map { node throws(JournalRequest.Malformed) in try node.wholeNumber("to") }
    limit = try node["limit"].map { node throws(JournalRequest.Malformed) in
      Int(clamping: try node.wholeNumber("limit"))
    }
  }

  /// What is wanted, of what there is.
  func recordKinds() throws(JournalRequest.Malformed) -> RecordKinds {
    guard !kinds.isEmpty else { return .all }
    var wanted: [Record.Kind] = []
    for name in kinds {
      guard let kind = Record.Kind.allCases.first(where: { $0.name == name }) else {
        let known = Record.Kind.allCases.map(\.name).joined(separator: ", ")
        throw JournalRequest.Malformed(message: "no record is of the kind `\(name)`; there are: \(known)")
      }
      wanted.append(kind)
    }
    return RecordKinds(wanted)
  }
}

extension JSONNode {
  /// A member that is a text; `nil` where it isn't there.
  func text(_ name: String) throws(JournalRequest.Malformed) -> String? {
    guard let node = self[name] else { return nil }
    guard let text = node.string else { throw JournalRequest.Malformed(message: "`\(name)` is a text") }
    return text
  }

  /// A number without a fraction, from 0.
  func wholeNumber(_ name: String) throws(JournalRequest.Malformed) -> UInt64 {
    guard case .number(_, let text) = content, let number = UInt64(text) else {
      throw JournalRequest.Malformed(message: "`\(name)` takes whole numbers, from 0")
    }
    return number
  }
}

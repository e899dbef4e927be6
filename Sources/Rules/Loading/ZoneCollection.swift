import Config

/// The zones found so far, in the order of the files, and what rules may refer to.
struct ZoneCollection {
  private(set) var zones: [Zone] = []
  /// Every tag that some zone carries.
  var tags: Set<String> = []
  /// Every id with its place, those whose shape is faulty among them.
  private(set) var places: [String: ZonePlace] = [:]

  static let limit = 200_000

  /// Why an id can't be had, and what to do about it.
  struct Refusal {
    var code: String
    var message: String
    var help: String
  }

  /// Notes an id; gives the reason where it can't be had.
  mutating func declare(_ id: String, at place: ZonePlace) -> Refusal? {
    if let first = places[id] {
      return Refusal(
        code: "duplicate-zone", message: "there is a zone `\(id)` already",
        help: "choose another id; the first is in \(first.text)")
    }
    guard places.count < Self.limit else {
      return Refusal(
        code: "too-many", message: "there are more than \(Self.limit) zones",
        help: "leave out those far from where it drives")
    }
    places[id] = place
    return nil
  }

  /// Notes the id of an entry of a rule file; false after telling why it can't be had.
  @discardableResult
  mutating func declare(_ id: String, at span: SourceSpan, diagnostics: inout Diagnostics) -> Bool {
    guard let refusal = declare(id, at: .span(span)) else { return true }
    diagnostics.error(refusal.code, refusal.message, at: span, help: refusal.help)
    return false
  }

  /// Keeps a zone that was declared; of two with one id the first.
  mutating func add(_ zone: Zone) {
    guard ids.insert(zone.id).inserted else { return }
    zones.append(zone)
  }

  private var ids: Set<String> = []
}

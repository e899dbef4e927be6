import Config

/// The zones found so far, in the order of the files, and what rules may refer to.
struct ZoneCollection {
  private(set) var zones: [Zone] = []
  /// Every tag that some zone carries.
  var tags: Set<String> = []
  /// Every id with its place, those whose shape is faulty among them.
  private(set) var places: [String: SourceSpan] = [:]

  static let limit = 200_000

  /// Notes an id; false after telling that there is one already.
  @discardableResult
  mutating func declare(_ id: String, at span: SourceSpan, diagnostics: inout Diagnostics) -> Bool {
    if let first = places[id] {
      diagnostics.error(
        "duplicate-zone", "there is a zone `\(id)` already", at: span,
        help: "choose another id; the first is in \(first.file):\(first.start.line)")
      return false
    }
    guard places.count < Self.limit else {
      diagnostics.error(
        "too-many", "there are more than \(Self.limit) zones", at: span,
        help: "leave out those far from where it drives")
      return false
    }
    places[id] = span
    return true
  }

  /// Keeps a zone that was declared; of two with one id the first.
  mutating func add(_ zone: Zone) {
    guard ids.insert(zone.id).inserted else { return }
    zones.append(zone)
  }

  private var ids: Set<String> = []
}

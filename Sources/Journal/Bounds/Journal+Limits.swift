public import Model

extension Journal {
  /// The most that the journal takes on disk, bytes.
  public var limit: Int64 { options.limit }

  /// How long delivered records are kept.
  public var history: Interval { options.history }

  /// Takes other bounds from the next commit on, which makes the room that a lower limit asks for. The file never shrinks: what is above
  /// the limit is used again, and is no more than it was.
  public func change(limit: Int64, history: Interval) throws(JournalError) {
    var changed = options
    changed.limit = max(limit, Options.smallestLimit)
    changed.history = history
    try Connection.limit(try connection(), by: changed)
    options = changed
  }
}

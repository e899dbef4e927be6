public import Model

extension Journal {
  /// Makes an uplink known, as the configuration names it, at every start. Its cursor is where it was left; a new one begins at `from`.
  ///
  /// Until the uplink settles them, by its cursors in a commit, records are kept for it: within the byte limit, and no longer than `keep`.
  ///
  /// - Parameter lanes: What it sends. The other lanes count as settled; one that is added later begins at `from`.
  public func openCursor(
    uplink: String, from: CursorOrigin, keep: Interval? = nil, lanes: LaneSet = .all
  ) throws(JournalError) {
    let database = try connection()
    let table = BlockTable(database: database)
    // Where cursors were lost to damage, one that isn't known may have been: nothing that was salvaged is to be passed over.
    let start =
      from == .now && !memory.head.hasLostCursors
      ? memory.head.lastSequence : (try table.first(after: 0)?.first ?? memory.head.lastSequence + 1) - 1
    var cursor =
      memory.uplinks[uplink]
      ?? UplinkCursor(cursors: LaneCursors(low: start), lanes: lanes, keep: keep, seen: memory.head.time)
    for lane in Lane.allCases where lanes.contains(LaneSet(lane)) && !cursor.lanes.contains(LaneSet(lane)) {
      cursor.cursors[lane].settle(through: start)
    }
    cursor.lanes = lanes
    cursor.keep = keep
    cursor.seen = memory.head.time
    cursor.isConfigured = true
    let opened = cursor
    try withDiskRoom { () throws(JournalError) in
      try database.transaction(step: "open a cursor") { () throws(JournalError) in
        try StateTable(database: database).save(opened, of: uplink)
      }
    }
    memory.uplinks[uplink] = opened
  }

  /// The configuration doesn't name the uplink any more: its cursor stays as long as its `keep` says, in case it comes back.
  public func closeCursor(uplink: String) throws(JournalError) {
    let database = try connection()
    guard var cursor = memory.uplinks[uplink], cursor.isConfigured else { return }
    cursor.seen = memory.head.time
    cursor.isConfigured = false
    let closed = cursor
    try withDiskRoom { () throws(JournalError) in
      try database.transaction(step: "close a cursor") { () throws(JournalError) in
        try StateTable(database: database).save(closed, of: uplink)
      }
    }
    memory.uplinks[uplink] = closed
  }

  /// Where the uplink stands, as of the last commit; at the beginning when it isn't known.
  public func cursors(uplink: String) -> LaneCursors {
    memory.uplinks[uplink]?.cursors ?? LaneCursors()
  }
}

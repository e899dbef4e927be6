import Journal

/// The version of Waypost; the same as the newest entry of `debian/changelog` (a test compares them).
public enum Version {
  /// As in `waypost version` and in the retained status of each uplink.
  public static let current = "0.1.0"

  /// The day of the release. A GPS clock that is earlier than this is wrong.
  public static let releaseDate = "2026-11-21T00:00:00Z"

  /// The newest schema of a journal that this version reads. An older one is taken forward; a newer one is refused.
  public static var journalSchema: Int64 { Journal.schemaVersion }
}

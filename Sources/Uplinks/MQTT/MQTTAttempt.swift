/// One way of several in which a broker is spoken to, until it takes one.
struct MQTTAttempt: Hashable, Sendable {
  var version: MQTTVersion
  /// Some brokers keep no messages, and refuse a will that is to be kept.
  var retains = true

  /// Why another attempt of another kind is worth it, though this one failed.
  enum Remedy: Hashable, Sendable {
    case olderVersion, withoutRetain
  }

  /// The next attempt, if there is one.
  func next(after remedy: Remedy, of versions: [MQTTVersion]) -> MQTTAttempt? {
    switch remedy {
    case .withoutRetain: return retains ? MQTTAttempt(version: version, retains: false) : nil
    case .olderVersion:
      guard let place = versions.firstIndex(of: version), place + 1 < versions.count else { return nil }
      return MQTTAttempt(version: versions[place + 1])
    }
  }
}

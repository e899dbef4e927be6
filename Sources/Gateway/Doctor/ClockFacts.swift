import Model

/// The box's clock, as `waypost doctor` sees it.
struct ClockFacts: Sendable {
  var now: Timestamp
  var isSynchronised: Bool
  /// When this release was made: no clock that is right can be earlier.
  var released: Timestamp
  /// A device of the configuration tells the time, as gpsd does.
  var hasReceiver: Bool

  var finding: Finding {
    if now < released {
      return .fault(
        "clock", "the clock says \(now), which is before this version was made",
        remedy: hasReceiver
          ? "records and certificates go by the time of the receiver; for the rest of the box: `timedatectl set-ntp true`, or let chrony take the time of gpsd"
          : "`timedatectl set-ntp true`; until the clock is right, records wait for their time and TLS fails")
    }
    if isSynchronised { return .good("clock", "synchronised by NTP") }
    if hasReceiver { return .good("clock", "not synchronised by NTP; the receiver tells the time") }
    return .warning(
      "clock", "not synchronised by NTP, and no receiver tells the time: records go out as `unsynchronised`",
      remedy: "`timedatectl set-ntp true`; `timedatectl` shows whether it worked")
  }
}

import Model

/// The moments of a live receiver's fixes: its dates, corrected for week roll-over and held against the boot-time clock.
///
/// A time that doesn't follow from the one before may be a slip: a receiver that takes up the new date a sentence after midnight
/// (nmea0183-signalk#366), a bit that fell over where the checksum didn't tell, the clock of a receiver that was cold. It counts as
/// unknown until some in a row say the same; a slip of just a day is put right meanwhile.
struct NMEADates: Sendable {
  /// How far a time may be from what the boot-time clock says since the last one, milliseconds: much more than any receiver is late.
  private static let tolerance: Int64 = 60_000
  private static let day: Int64 = 86_400_000
  /// How many must agree before they are believed.
  private static let needed = 5

  private struct Mark: Sendable {
    var time: Timestamp
    var boot: Int64

    /// How far `time` is from what this mark lets expect, milliseconds.
    func deviation(_ time: Timestamp, at boot: Int64) -> Int64 {
      time.milliseconds - self.time.milliseconds - (boot - self.boot) / 1_000_000
    }
  }

  private var clock = NMEAClock()
  private var believed: Mark?
  private var doubted: (mark: Mark, count: Int)?

  /// The moment of an epoch; `nil` where it isn't known, or not sure.
  /// - Parameters:
  ///   - epoch: to be given one after the other, those without a fix too.
  ///   - boot: when it came in, nanoseconds on the boot-time clock.
  mutating func time(of epoch: NMEAEpoch, at boot: Int64) -> Timestamp? {
    guard let (raw, _) = clock.date(epoch), clock.hasDate, let time = WeekRollOver.corrected(raw) else { return nil }
    // Before its first fix a receiver tells the time of its own clock.
    guard epoch.position != nil else { return nil }
    guard let believed else { return believe(time, boot) }
    let deviation = believed.deviation(time, at: boot)
    if abs(deviation) <= Self.tolerance { return believe(time, boot) }
    if let doubted, abs(doubted.mark.deviation(time, at: boot)) <= Self.tolerance {
      guard doubted.count + 1 < Self.needed else { return believe(time, boot) }
      self.doubted = (Mark(time: time, boot: boot), doubted.count + 1)
    } else {
      doubted = (Mark(time: time, boot: boot), 1)
    }
    guard abs(abs(deviation) - Self.day) <= Self.tolerance else { return nil }
    return Timestamp(milliseconds: time.milliseconds + (deviation < 0 ? Self.day : -Self.day))
  }

  private mutating func believe(_ time: Timestamp, _ boot: Int64) -> Timestamp {
    believed = Mark(time: time, boot: boot)
    doubted = nil
    return time
  }
}

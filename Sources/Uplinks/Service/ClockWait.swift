/// Waits for the clock to be set, after a certificate was refused that may only have been judged by a wrong one.
struct ClockWait: Hashable, Sendable {
  /// Clocks are slewed in smaller steps, which change no certificate's fate.
  private static let step: Int64 = 1000

  /// By how much the clock that judges was ahead of the boot-time clock when it judged, milliseconds.
  let offset: Int64
  /// Whether anybody vouched for the time then.
  let wasTrusted: Bool

  /// Whether it is worth trying again: the clock has been set since, or somebody vouches for the time now.
  func isOver(offset: Int64, isTrusted: Bool) -> Bool {
    (offset &- self.offset).magnitude >= Self.step.magnitude || (isTrusted && !wasTrusted)
  }
}

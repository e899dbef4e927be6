public import Model

/// Something that an input read, before the gateway's inlet gives it its place in engine time.
public struct Arrival: Hashable, Sendable {
  /// When it came in: `CLOCK_BOOTTIME`, nanoseconds since the boot. The inlet turns it into engine time, clamped so that
  /// engine time never goes backwards, so a little disorder between devices does no harm.
  public var bootTime: Int64
  public var content: Observation.Content

  public init(bootTime: Int64, content: Observation.Content) {
    self.bootTime = bootTime
    self.content = content
  }

  /// An arrival of this very moment.
  public static func now(_ content: Observation.Content) -> Arrival {
    Arrival(bootTime: BootClock.now, content: content)
  }
}

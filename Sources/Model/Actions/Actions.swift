/// A line for the gateway's log that a rule asks for.
public struct LogLine: Hashable, Sendable {
  public enum Level: UInt8, Sendable, CaseIterable { case info = 0, warning = 1, error = 2 }

  /// As an event's id.
  public var id: String
  public var time: EngineTime
  public var rule: String
  public var level: Level
  /// At most 4096 bytes.
  public var message: String

  public init(id: String, time: EngineTime, rule: String, level: Level, message: String) {
    self.id = id
    self.time = time
    self.rule = rule
    self.level = level
    self.message = message
  }
}

/// How often a device is to be read from now on.
public struct Sampling: Hashable, Sendable {
  public var time: EngineTime
  /// The rule whose turn changed it; `nil` where a reload or the start did.
  public var rule: String?
  public var device: String
  /// The shortest that any rule which is up asks for; `nil`: as the device's own `every` says.
  public var every: Interval?

  public init(time: EngineTime, rule: String? = nil, device: String, every: Interval?) {
    self.time = time
    self.rule = rule
    self.device = device
    self.every = every
  }
}

/// A rule's word that the power is about to go: everything is to be committed now.
public struct Shutdown: Hashable, Sendable {
  /// As an event's id.
  public var id: String
  public var time: EngineTime
  public var rule: String

  public init(id: String, time: EngineTime, rule: String) {
    self.id = id
    self.time = time
    self.rule = rule
  }
}

public import Model

/// What a device model needs of its line and of whoever asks it; a device's own entry wins.
public struct ModbusDefaults: Sendable, Hashable {
  public enum Parity: String, Sendable, CaseIterable { case none, even, odd }

  /// With which function values are written.
  public enum WriteFunction: String, Sendable, CaseIterable {
    /// 5 and 6 for what takes one bit or register, 15 and 16 for more; the rule.
    case single
    /// Always 15 and 16: some devices know no others.
    case multiple
  }

  /// Bits a second on a serial line.
  public var baud: Int?
  public var parity: Parity?
  /// 7 or 8; Modbus RTU has 8.
  public var dataBits: Int?
  /// 1 or 2.
  public var stopBits: Int?
  /// The TCP port, where it isn't 502.
  public var port: Int?
  /// The unit (slave) address with which it leaves the factory, 1 to 247; over TCP also 0 and 255.
  public var unit: Int?
  /// How long it may take to answer.
  public var timeout: Interval?
  /// How long it must be left alone after an answer.
  public var pause: Interval?
  /// How often it is read.
  public var every: Interval?
  /// How often a request without an answer is tried again.
  public var retries: Int?
  /// The most registers that it gives in one answer, 1 to 125.
  public var maxRegisters: Int?
  /// The most coils or discrete inputs that it gives in one answer, 1 to 2000.
  public var maxBits: Int?
  /// How many registers that nobody wants may be read along; 0 where a device refuses to read what it hasn't.
  public var maxGap: Int?
  public var write: WriteFunction?

  public init() {}
}

public import Model

/// One line of a device's register map: where a value is, and how its bits become a value.
///
/// Pure: what was read goes in as registers and comes out as readings, and the other way round. The driver decides when to read, in
/// which company, and from whom.
public struct ModbusMetric: Sendable, Equatable {
  /// The four tables of a Modbus device, each with addresses of its own.
  public enum Table: String, Sendable, CaseIterable {
    /// Bits that can be written: functions 1, 5 and 15.
    case coil
    /// Bits that can only be read: function 2.
    case discrete
    /// Registers that can only be read: function 4.
    case input
    /// Registers that can be written: functions 3, 6 and 16.
    case holding

    /// True where an address is a bit, not a register.
    public var isBits: Bool { self == .coil || self == .discrete }
    /// True where the protocol has a function to write it.
    public var isWritable: Bool { self == .coil || self == .holding }
  }

  /// What may be done with it.
  public enum Access: String, Sendable, CaseIterable {
    case read
    /// It can't be read back, as some command registers can't.
    case write
    case readWrite = "read_write"

    public var isReadable: Bool { self != .write }
    public var isWritable: Bool { self != .read }
  }

  /// One signal's reading out of the registers.
  public typealias Reading = (metric: String, value: Value?, quality: Quality)

  /// The signal's name; of a metric with named bits only the name of the line.
  public var name: String
  public var table: Table
  /// Protocol address: counted from 0, as it goes over the wire.
  public var address: UInt16
  /// Always `.bool` in a table of bits.
  public var type: RegisterType
  public var order: WordOrder
  /// The value is raw × `scale` + `offset`, and with a `scaleFactor` raw × 10^factor × `scale` + `offset`. Not 0, finite.
  public var scale = 1.0 { didSet { factor = DecimalFactor(scale) ?? Self.one } }
  public var offset = 0.0 { didSet { addend = DecimalFactor(offset) ?? Self.zero } }
  /// The register that holds the power of ten by which the value is multiplied, as SunSpec's `sunssf`; in the same table, behind the
  /// value and within one request of it.
  public var scaleFactor: UInt16?
  /// What the raw numbers mean; a number that isn't there is a bad reading.
  public var map: [Int64: Value]?
  /// Raw bits that mean that there is no value, before anything else is made of them.
  public var invalid: [UInt64]
  /// The plausible range, scaled: a reading outside is bad, a write outside is refused.
  public var minimum: Double?
  public var maximum: Double?
  /// How often it is read; `nil`: as often as its device.
  public var every: Interval?
  /// A coil that returns by itself this long after it was written.
  public var pulse: Interval?
  public var access: Access
  /// As in SenML (RFC 8428, section 12.1).
  public var unit: String?
  /// For people.
  public var description: String?

  private(set) var factor = Self.one
  private(set) var addend = Self.zero
  static let one = DecimalFactor(digits: 1, exponent: 0)
  static let zero = DecimalFactor(digits: 0, exponent: 0)

  public init(
    name: String, table: Table, address: UInt16, type: RegisterType, order: WordOrder = .abcd, scale: Double = 1,
    offset: Double = 0, scaleFactor: UInt16? = nil, map: [Int64: Value]? = nil, invalid: [UInt64] = [],
    minimum: Double? = nil, maximum: Double? = nil, every: Interval? = nil, pulse: Interval? = nil,
    access: Access = .read, unit: String? = nil, description: String? = nil
  ) {
    self.name = name
    self.table = table
    self.address = address
    self.type = type
    self.order = order
    self.scale = scale
    self.offset = offset
    factor = DecimalFactor(scale) ?? Self.one
    addend = DecimalFactor(offset) ?? Self.zero
    self.scaleFactor = scaleFactor
    self.map = map
    self.invalid = invalid
    self.minimum = minimum
    self.maximum = maximum
    self.every = every
    self.pulse = pulse
    self.access = access
    self.unit = unit
    self.description = description
  }

  /// The registers, or bits, of the value itself.
  public var valueCount: Int { table.isBits ? 1 : type.registers }

  /// The registers, or bits, that must be read together for it, from `address` on: the value and, where it has one, what lies between
  /// it and the register of its scale factor. The spans of several metrics may overlap: bits and numbers of the same register, and
  /// values that share a scale factor.
  public var count: Int {
    guard let scaleFactor, scaleFactor > address else { return valueCount }
    return max(valueCount, Int(scaleFactor) - Int(address) + 1)
  }

  /// The registers to be written for it, from `address` on.
  public var writeCount: Int { valueCount }

  /// True where a write must know what the registers hold: of a field of bits the others stay as they are.
  public var writesOverCurrent: Bool { if case .bits = type { true } else { false } }
}

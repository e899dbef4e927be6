/// What a device keeps in its registers.
public enum RegisterType: Sendable, Hashable {
  /// A coil or discrete input; in a register 0 is false and any other number true.
  case bool
  case int16, uint16, int32, uint32, int64, uint64
  /// IEEE 754.
  case float32, float64
  /// Two bytes a register, padded with NULs or spaces. `bytes` is 1 to 250: what one answer can hold.
  case string(bytes: Int)
  /// Named bits of one register (`bits`) or two (`bits32`).
  case bits([BitField], registers: Int)

  /// How many registers it takes.
  public var registers: Int {
    switch self {
    case .bool, .int16, .uint16: 1
    case .int32, .uint32, .float32: 2
    case .int64, .uint64, .float64: 4
    case .string(let bytes): (bytes + 1) / 2
    case .bits(_, let registers): registers
    }
  }

  /// As it stands in a file.
  public var name: String {
    switch self {
    case .bool: "bool"
    case .int16: "int16"
    case .uint16: "uint16"
    case .int32: "int32"
    case .uint32: "uint32"
    case .int64: "int64"
    case .uint64: "uint64"
    case .float32: "float32"
    case .float64: "float64"
    case .string(let bytes): "string(\(bytes))"
    case .bits(_, let registers): registers == 1 ? "bits" : "bits32"
    }
  }

  /// The whole numbers that it holds; `nil` for what isn't a whole number.
  var range: ClosedRange<Int128>? {
    switch self {
    case .int16: Int128(Int16.min)...Int128(Int16.max)
    case .uint16: 0...Int128(UInt16.max)
    case .int32: Int128(Int32.min)...Int128(Int32.max)
    case .uint32: 0...Int128(UInt32.max)
    case .int64: Int128(Int64.min)...Int128(Int64.max)
    case .uint64: 0...Int128(UInt64.max)
    case .bool, .float32, .float64, .string, .bits: nil
    }
  }

  /// The whole number that these bits are; `nil` for what isn't a whole number.
  func whole(_ pattern: UInt64) -> Int128? {
    switch self {
    case .int16: Int128(Int16(truncatingIfNeeded: pattern))
    case .int32: Int128(Int32(truncatingIfNeeded: pattern))
    case .int64: Int128(Int64(bitPattern: pattern))
    case .uint16, .uint32, .uint64: Int128(pattern)
    case .bool, .float32, .float64, .string, .bits: nil
    }
  }
}

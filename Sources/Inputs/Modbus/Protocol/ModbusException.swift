/// Why a unit refused a request: MODBUS Application Protocol V1.1b3, section 7.
struct ModbusException: Hashable, Sendable {
  var code: UInt8

  static let illegalFunction = ModbusException(code: 1)
  static let illegalDataAddress = ModbusException(code: 2)
  static let illegalDataValue = ModbusException(code: 3)
  static let acknowledge = ModbusException(code: 5)
  static let busy = ModbusException(code: 6)
  /// Of a gateway between us and the unit: it has no way to it, or the unit gave it no answer.
  static let gatewayPath = ModbusException(code: 10)
  static let gatewayTarget = ModbusException(code: 11)

  /// As it stands in observations and outcomes.
  var reason: String {
    switch code {
    case 1: "illegal function"
    case 2: "illegal data address"
    case 3: "illegal data value"
    case 4: "device failure"
    case 5: "acknowledge"
    case 6: "device busy"
    case 7: "negative acknowledge"
    case 8: "memory parity error"
    case 10: "gateway path unavailable"
    case 11: "no answer behind the gateway"
    default: "exception \(code)"
    }
  }

  /// True where it isn't the unit itself that speaks: then the unit is silent, as after a time-out.
  var isGateways: Bool { self == .gatewayPath || self == .gatewayTarget }
  /// True where the same request may do a little later.
  var isPassing: Bool { self == .acknowledge || self == .busy }
  /// True where a part of the request may be answered where the whole isn't.
  var isOfAddresses: Bool { self == .illegalDataAddress || self == .illegalDataValue }
}

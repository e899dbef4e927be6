import Config
import Model

extension ModbusDriver {
  /// What a device's entry says of how it is asked; it wins over the profile's `defaults`.
  struct Overrides {
    var every: Interval?
    var timeout: Interval?
    var pause: Interval?
    var pauseAfterWrite: Interval?
    var retries: Int?
    var maxRegisters: Int?
    var maxBits: Int?
    var maxGap: Int?
  }

  static func overrides(_ mapping: inout MappingReader, diagnostics: inout Diagnostics) -> Overrides {
    func interval(_ key: String, _ range: ClosedRange<Interval>) -> Interval? {
      mapping.optional(key)?.interval("`\(key)`", in: range, diagnostics: &diagnostics)
    }
    func integer(_ key: String, _ range: ClosedRange<Int>) -> Int? {
      mapping.optional(key)?.integer("`\(key)`", in: range, diagnostics: &diagnostics)
    }
    var overrides = Overrides()
    overrides.every = interval("every", .milliseconds(100) ... .hours(24))
    overrides.timeout = interval("timeout", .milliseconds(10) ... .minutes(1))
    overrides.pause = interval("pause", .zero ... .seconds(10))
    overrides.pauseAfterWrite = interval("pause_after_write", .zero ... .seconds(10))
    overrides.retries = integer("retries", 0...10)
    overrides.maxRegisters = integer("max_registers", 1...ModbusRequest.maxRegisters)
    overrides.maxBits = integer("max_bits", 1...ModbusRequest.maxBits)
    overrides.maxGap = integer("max_gap", 0...124)
    return overrides
  }
}

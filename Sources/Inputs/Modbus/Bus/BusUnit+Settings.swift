import Model

extension BusUnit {
  /// A device as its entry and its profile have it.
  struct Settings: Sendable, Equatable {
    /// The device's name, as its observations carry it.
    var device: String
    /// The unit (slave) address.
    var unit: UInt8
    /// What is read, and what may be written.
    var metrics: [ModbusMetric]
    /// The whole map of the device, of which `metrics` may be a part.
    var map: [ModbusMetric]
    /// How often what has no `every` of its own is read.
    var every: Interval
    /// How long it may take to answer.
    var timeout = Interval.seconds(1)
    /// How long it must be left alone after an answer.
    var pause = Interval.zero
    /// The same after a write.
    var pauseAfterWrite = Interval.zero
    /// How often a request without a usable answer is made again within a poll.
    var retries = 1
    var limits = ReadPlanner.Limits()
    /// True where it takes the functions 15 and 16 only.
    var writesMultiple = false
  }
}

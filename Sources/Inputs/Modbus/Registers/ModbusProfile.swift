/// The register map of a device model.
public struct ModbusProfile: Sendable, Equatable {
  /// The file's name without `.yaml`.
  public var name: String
  /// Of which model it is, and how its author knows.
  public var header: ProfileHeader
  public var defaults: ModbusDefaults
  /// In the order of the file; no two signals of the same name.
  public var metrics: [ModbusMetric]
  /// All that its file says, in one text, whatever its comments and blanks. The driver adds it to `ConfiguredDevice.identity`, so that a
  /// device whose profile changed is another after a reload.
  public var identity = ""

  public init(
    name: String, header: ProfileHeader, defaults: ModbusDefaults = ModbusDefaults(), metrics: [ModbusMetric]
  ) {
    self.name = name
    self.header = header
    self.defaults = defaults
    self.metrics = metrics
  }

  /// As its maker calls it.
  public var model: String { header.model }
}

/// The register map of a device model.
public struct ModbusProfile: Sendable, Equatable {
  /// How its author knows that it is right.
  public enum Verification: String, Sendable, CaseIterable {
    /// Read in the source that it names; nobody tried it.
    case source
    /// Tried on a device.
    case device
  }

  /// The file's name without `.yaml`.
  public var name: String
  /// As its maker calls it.
  public var model: String
  /// For people, in a sentence.
  public var description: String
  /// Where the map was published: an address, or a repository and a path.
  public var source: String?
  public var verified: Verification?
  public var defaults: ModbusDefaults
  /// In the order of the file; no two signals of the same name.
  public var metrics: [ModbusMetric]

  public init(
    name: String, model: String, description: String = "", source: String? = nil, verified: Verification? = nil,
    defaults: ModbusDefaults = ModbusDefaults(), metrics: [ModbusMetric]
  ) {
    self.name = name
    self.model = model
    self.description = description
    self.source = source
    self.verified = verified
    self.defaults = defaults
    self.metrics = metrics
  }
}

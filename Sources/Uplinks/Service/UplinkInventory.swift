public import Model

/// What records may speak of, for servers that want to be told beforehand.
public struct UplinkInventory: Sendable, Equatable {
  /// What is connected.
  public var devices: SignalCatalogue
  /// The types of events that rules may raise, in alphabetical order.
  public var eventTypes: [String]

  public init(devices: SignalCatalogue = SignalCatalogue(), eventTypes: [String] = []) {
    self.devices = devices
    self.eventTypes = eventTypes
  }
}

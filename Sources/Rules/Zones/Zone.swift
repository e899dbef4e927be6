public import Geo

/// A named area that a vehicle can be in.
public struct Zone: Hashable, Sendable {
  /// Any text of 1 to 64 characters; names the zone in rules, events and state.
  public let id: String
  /// For people; `nil` where it has none but its id.
  public let name: String?
  /// In the order of the file; `tag:x` in a rule means every zone that has `x` here.
  public let tags: [String]
  public let shape: Shape
  public let band: ZoneBand
  /// Tells this geometry from another; a zone keeps its state over a reload only where it agrees.
  let geometry: UInt64
  /// ρ = 2·area/perimeter, metres.
  let radius: Double

  public init(id: String, name: String? = nil, tags: [String] = [], shape: Shape, band: ZoneBand = ZoneBand()) {
    self.id = id
    self.name = name
    self.tags = tags
    self.shape = shape
    self.band = band
    geometry = Fingerprint.of(shape)
    radius = shape.characteristicRadius
  }
}

/// Many boxes, and which of them meet another.
public struct BoxIndex: Sendable {
  private let tree: ZoneTree

  /// A box is known by its place in the list; takes 21 bytes for each.
  public init(_ boxes: [BoundingBox]) { tree = ZoneTree(boxes) }

  /// Appends the boxes that meet the given one, in no particular order; a few more at the antimeridian.
  public func boxes(meeting box: BoundingBox, into found: inout [Int32]) { tree.meeting(box, into: &found) }
}

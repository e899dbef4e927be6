/// Something wrong, or odd, in the rings of a polygon or in a circle, and where.
public struct GeometryIssue: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// No rings, or a ring without points.
    case empty
    /// A ring has fewer than four points, or fewer than three different ones.
    case tooFewPoints
    /// A ring's last point isn't its first.
    case openRing
    /// A coordinate is not a finite number.
    case notFinite
    /// A latitude beyond ±90 or a longitude beyond ±360.
    case outOfRange
    /// A number far beyond any angle: metres of a map projection, not degrees.
    case projected
    /// A latitude beyond ±90 beside a longitude that would be one: the two are probably in the wrong order.
    case swappedAxes
    /// The ring has no area: all of its points are on one line.
    case noArea
    /// A circle's radius is not a positive number of metres, or more than 10,000 km.
    case badRadius
    /// A corridor's width is not a positive number of metres, or more than 1,000 km.
    case badWidth
    /// A line of a corridor has fewer than two different points.
    case lineTooShort
    /// The same point twice in a row.
    case duplicatePoint
    /// Two edges of one ring cross, or lie on each other. What is inside is decided by the even-odd rule.
    case selfIntersection
    /// An edge goes back along the one before it.
    case spike
    /// Edges of two rings of one polygon cross.
    case ringsCross
    /// A hole lies beside the outer ring.
    case holeOutside
    /// The zone is so narrow that no receiver can tell that it is inside: ρ below half a metre.
    case tooNarrow
    /// More than 100 million km²: larger than Asia, Europe and Africa together.
    case tooLarge
    /// A corridor is more than a kilometre wide and wider than its lines are long, or more than 10 km wide.
    case wideCorridor
    /// An edge longer than 180°, taken the short way across the antimeridian.
    case acrossAntimeridian
    /// A longitude beyond ±180.
    case longitudeBeyond180
  }

  public enum Severity: Sendable {
    /// The area has no meaning.
    case error
    /// The area has a meaning, but perhaps not the one intended.
    case warning
  }

  public var kind: Kind
  /// Counted from 0: 0 is the outer ring, others are holes. In a corridor the line.
  public var ring: Int
  /// Counted from 0 within the ring or line: the point in question, or the first point of the edge in question.
  public var point: Int

  public init(_ kind: Kind, ring: Int = 0, point: Int = 0) {
    self.kind = kind
    self.ring = ring
    self.point = point
  }

  public var severity: Severity {
    switch kind {
    case .empty, .tooFewPoints, .openRing, .notFinite, .outOfRange, .projected, .swappedAxes, .noArea, .badRadius,
      .badWidth,
      .lineTooShort:
      .error
    case .duplicatePoint, .selfIntersection, .spike, .ringsCross, .holeOutside, .tooNarrow, .tooLarge, .wideCorridor,
      .acrossAntimeridian, .longitudeBeyond180:
      .warning
    }
  }

  /// What is wrong, as a sentence without a place.
  public var message: String {
    switch kind {
    case .empty: "a polygon needs at least one ring with points"
    case .tooFewPoints: "a ring needs at least three different points, and the first again at its end"
    case .openRing: "the ring is open: its last point is not its first"
    case .notFinite: "a coordinate is not a finite number"
    case .outOfRange: "the point is not on the Earth: latitude goes from -90 to 90, longitude from -180 to 180"
    case .projected: "the numbers are too large for degrees; they seem to be metres of a map projection"
    case .swappedAxes: "the latitude is beyond 90 degrees; longitude and latitude seem to be in the wrong order"
    case .noArea: "the ring has no area: all of its points are on one line"
    case .badRadius: "the radius is not between 0 and 10,000 km"
    case .badWidth: "the width is not between 0 and 1,000 km"
    case .lineTooShort: "a line needs at least two different points"
    case .duplicatePoint: "the same point stands twice in a row"
    case .selfIntersection: "the ring crosses or overlaps itself"
    case .spike: "the ring goes back along its own edge here: a spike"
    case .holeOutside: "the hole lies outside of the outer ring and takes nothing away"
    case .tooNarrow: "the zone is narrower than a metre, and no receiver can tell that it is inside"
    case .tooLarge: "the zone covers more than 100 million km², more than any continent"
    case .wideCorridor: "the corridor is wider than its lines are long, or wider than 10 km"
    case .ringsCross: "two rings of the polygon cross"
    case .acrossAntimeridian:
      "the edge is more than 180 degrees long and is taken the short way, across the antimeridian"
    case .longitudeBeyond180: "the longitude is beyond 180 degrees"
    }
  }

  /// What to do about it.
  public var help: String {
    switch kind {
    case .empty: "remove the zone or draw its outline"
    case .tooFewPoints: "draw at least a triangle: four points, the last the same as the first"
    case .openRing: "repeat the first point at the end of the ring"
    case .notFinite: "write the coordinate as a plain decimal number of degrees"
    case .outOfRange: "check the coordinate; they are degrees, longitude first"
    case .projected:
      "export the file again as WGS 84, as with `ogr2ogr -t_srs EPSG:4326 new.geojson old.geojson`"
    case .swappedAxes: "write longitude first, then latitude"
    case .noArea: "draw the outline as an area; for a line with a width use a corridor"
    case .badRadius: "give a radius such as 250 m"
    case .badWidth: "give a width such as 30 m"
    case .lineTooShort: "draw the line with two points or more; for a single place use a circle"
    case .duplicatePoint: "remove one of the two; it makes no difference to the area"
    case .selfIntersection:
      "put the points in order along the outline; where outlines overlap, what is covered twice counts as outside"
    case .spike: "delete the point at its tip"
    case .holeOutside: "take it out, or draw it as an area of its own in a MultiPolygon"
    case .tooNarrow: "draw it wider; a zone should be wider than the receiver errs, some 10 m"
    case .tooLarge: "check the points; are some far away from where they should be?"
    case .wideCorridor: "check the width and its unit; it is the whole width, not half"
    case .ringsCross: "draw holes wholly within the outer ring"
    case .acrossAntimeridian: "split the polygon at 180 degrees (RFC 7946, section 3.1.9)"
    case .longitudeBeyond180: "split the polygon at 180 degrees (RFC 7946, section 3.1.9)"
    }
  }
}

/// The fault that made a geometry meaningless.
public struct GeometryError: Error, Hashable, Sendable, CustomStringConvertible {
  public let issue: GeometryIssue

  public init(issue: GeometryIssue) { self.issue = issue }

  public var description: String { "ring \(issue.ring), point \(issue.point): \(issue.message); \(issue.help)" }
}

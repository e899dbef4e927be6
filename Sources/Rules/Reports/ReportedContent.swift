import Geo
import Model

/// What a report carries.
enum ReportedContent: Hashable, Sendable {
  case position(Position)
  case reading(Value?, Quality)
}

/// What is kept of the last report, to compare the next with.
enum SentContent: Hashable, Sendable {
  case position(Coordinate, course: Double?)
  case reading(Value?, Quality)

  /// A vehicle that was sent standing keeps the course that it came with, so that driving off another way is a turn.
  init(_ content: ReportedContent, after previous: SentContent?) {
    switch content {
    case .position(let position):
      var course = Self.course(of: position)
      if course == nil, case .position(_, let before)? = previous { course = before }
      self = .position(Coordinate(latitude: position.latitude, longitude: position.longitude), course: course)
    case .reading(let value, let quality): self = .reading(value, quality)
    }
  }

  /// Degrees, where the course means something: the receiver gives one and isn't standing.
  private static func course(of position: Position) -> Double? {
    guard let course = position.course, course.isFinite else { return nil }
    if let speed = position.speed, speed < ReportPolicy.steadyCourseSpeed { return nil }
    return course
  }

  /// A change of quality, of a boolean, of a text, or of the kind of value.
  func mustFollowAtOnce(_ new: ReportedContent) -> Bool {
    guard case .reading(let value, let quality) = self, case .reading(let newValue, let newQuality) = new else {
      return false
    }
    if quality != newQuality { return true }
    if case .number = value, case .number = newValue { return false }
    return value != newValue
  }

  /// Positions differ when they are not the same place, numbers when they are more than `deadband` apart.
  func differs(from new: ReportedContent, by deadband: Double) -> Bool {
    switch (self, new) {
    case (.position(let place, _), .position(let position)):
      place.latitude != position.latitude || place.longitude != position.longitude
    case (.reading(.number(let a)?, _), .reading(.number(let b)?, _)): abs(b - a) > deadband
    case (.reading(let a, _), .reading(let b, _)): a != b
    default: true
    }
  }

  /// Metres.
  func moved(to new: ReportedContent) -> Double? {
    guard case .position(let place, _) = self, case .position(let position) = new else { return nil }
    return Geodesic.distance(place, Coordinate(latitude: position.latitude, longitude: position.longitude))
  }

  /// Degrees, 0…180.
  func turned(to new: ReportedContent) -> Double? {
    guard case .position(_, let course?) = self, case .position(let position) = new,
      let newCourse = Self.course(of: position)
    else { return nil }
    return abs(ZoneReach.wrapped(newCourse - course))
  }
}

extension PackedWriter {
  mutating func write(_ content: ReportedContent) {
    switch content {
    case .position(let position):
      write(byte: 0)
      write(position)
    case .reading(let value, let quality):
      write(byte: 1)
      write(optional: value) { $0.write($1) }
      write(byte: quality.rawValue)
    }
  }

  mutating func write(_ content: SentContent) {
    switch content {
    case .position(let place, let course):
      write(byte: 0)
      write(place.latitude)
      write(place.longitude)
      write(optional: course) { $0.write($1) }
    case .reading(let value, let quality):
      write(byte: 1)
      write(optional: value) { $0.write($1) }
      write(byte: quality.rawValue)
    }
  }
}

extension PackedReader {
  mutating func reportedContent() throws(PackingError) -> ReportedContent {
    switch try byte() {
    case 0: return .position(try position())
    case 1: return .reading(try optional { r throws(PackingError) in try r.value() }, try quality())
    default: throw .malformed(offset: offset - 1)
    }
  }

  mutating func sentContent() throws(PackingError) -> SentContent {
    switch try byte() {
    case 0:
      return .position(try coordinate(), course: try optional { r throws(PackingError) in try r.double() })
    case 1: return .reading(try optional { r throws(PackingError) in try r.value() }, try quality())
    default: throw .malformed(offset: offset - 1)
    }
  }
}

import Model

/// All that the sentences of one moment say. Receivers spread a fix over several sentences, in an order of their own.
struct NMEAEpoch: Sendable {
  /// Milliseconds of the day; `nil` when the receiver doesn't know.
  let timeOfDay: Int?
  /// Days since 1970, from RMC or ZDA.
  private(set) var day: Int?

  private struct Place {
    var latitude: Double
    var longitude: Double
    /// The higher, the better the sentence knows.
    var rank: Int
  }
  private var place: Place?
  /// What the sentences of one type say about a fix. A receiver for several systems may say each once for every system: then any of
  /// them that has a fix is enough, unless one speaks for all (`GN`).
  private struct Verdict {
    var ofAll: Bool?
    var ofAny = false
    var isFix: Bool { ofAll ?? ofAny }
  }
  private var verdicts: [String: Verdict] = [:]
  private var mode: Position.Mode?
  private var altitude: Double?
  private var speed: Double?
  private var course: Double?
  private var hdop: Double?
  private var satellites: Int?
  private var accuracy: Double?

  init(timeOfDay: Int?) { self.timeOfDay = timeOfDay }

  /// True when any sentence had a say about a fix.
  var hasVerdict: Bool { !verdicts.isEmpty }

  /// If one type speaks of none there is none, whatever others say. Receivers warn in RMC first, and some go on with the old place in GGA.
  private var hasFix: Bool { hasVerdict && verdicts.values.allSatisfy(\.isFix) }

  /// The fix, without its time; `nil` when there is none.
  var position: Position? {
    guard hasFix, let place else { return nil }
    return Position(
      latitude: place.latitude, longitude: place.longitude, mode: mode ?? (altitude == nil ? .twoD : .threeD),
      altitude: altitude, speed: speed, course: course, accuracy: accuracy, hdop: hdop, satellites: satellites)
  }

  /// The types of sentences that `take` looks at.
  static let types: Set<String> = ["RMC", "GGA", "GNS", "GLL", "VTG", "GSA", "GST", "ZDA", "UBX"]

  /// Takes a sentence's fields. Sentences of other kinds change nothing.
  mutating func take(_ sentence: NMEASentence) {
    // Receivers for several systems give GGA once for each (`GPGGA`, `GAGGA`); `GN` speaks of all together, `GP` comes next.
    let bonus = sentence.talker == "GN" ? 2 : sentence.talker == "GP" ? 1 : 0
    switch (sentence.talker, sentence.type) {
    case ("P", "UBX"): takePUBX(sentence)
    case (_, "RMC"):
      // Field 12 is the mode of NMEA 2.3: `N` for no fix.
      vote(sentence, sentence.letter(2) == "A" && sentence.letter(12) != "N")
      stand(sentence.coordinate(3), rank: 10 + bonus)
      speed = sentence.number(7).flatMap(Self.knots) ?? speed
      course = sentence.number(8).flatMap(Self.direction) ?? course
      day = NMEAClock.day(ddmmyy: sentence.text(9)) ?? day
    case (_, "GGA"):
      // Without a quality (a disciplined oscillator does so) it has no say.
      if let quality = sentence.whole(6) { vote(sentence, quality > 0) }
      stand(sentence.coordinate(2), rank: 40 + bonus)
      solution(satellites: sentence.whole(7), hdop: sentence.number(8), altitude: sentence.number(9))
    case (_, "GNS"):
      let modes = sentence.text(6)
      if !modes.isEmpty { vote(sentence, modes.contains { $0 != UInt8(ascii: "N") }) }
      stand(sentence.coordinate(2), rank: 30 + bonus)
      solution(satellites: sentence.whole(7), hdop: sentence.number(8), altitude: sentence.number(9))
    case (_, "GLL"):
      if let status = sentence.letter(6) { vote(sentence, status == "A" && sentence.letter(7) != "N") }
      stand(sentence.coordinate(1), rank: 20 + bonus)
    case (_, "VTG"):
      course = course ?? sentence.number(1).flatMap(Self.direction)
      speed = speed ?? sentence.number(5).flatMap(Self.knots) ?? sentence.number(7).map { $0 / 3.6 }
    case (_, "GSA"):
      if let fix = sentence.whole(2), fix == 2 || fix == 3 { mode = fix == 3 ? .threeD : mode ?? .twoD }
      hdop = hdop ?? Self.dilution(sentence.number(16))
    case (_, "GST"):
      if let north = sentence.number(6), let east = sentence.number(7) {
        accuracy = Self.error((north * north + east * east).squareRoot()) ?? accuracy
      }
    case (_, "ZDA"):
      if let d = sentence.whole(2), let m = sentence.whole(3), let y = sentence.whole(4), sentence.text(4).count == 4 {
        day = NMEAClock.day(year: y, month: m, day: d) ?? day
      }
    default: break
    }
  }

  /// u-blox's position: "u-blox M8 Receiver Description", 31.3.1.
  private mutating func takePUBX(_ sentence: NMEASentence) {
    guard Array(sentence.text(1)) == Array("00".utf8) else { return }
    let status = String(decoding: sentence.text(8), as: UTF8.self)
    vote(sentence, !["NF", "TT", ""].contains(status))
    stand(sentence.coordinate(3), rank: 15)
    switch status {
    case "G3", "D3", "RK": mode = .threeD
    case "G2", "D2": mode = mode ?? .twoD
    default: break
    }
    accuracy = accuracy ?? sentence.number(9).flatMap(Self.error)
    speed = speed ?? sentence.number(11).flatMap { $0 >= 0 ? $0 / 3.6 : nil }
    course = course ?? sentence.number(12).flatMap(Self.direction)
    hdop = hdop ?? Self.dilution(sentence.number(15))
    satellites = satellites ?? sentence.whole(18)
  }

  private mutating func vote(_ sentence: NMEASentence, _ fix: Bool) {
    if sentence.talker == "GN" {
      verdicts[sentence.type, default: Verdict()].ofAll = fix
    } else {
      verdicts[sentence.type, default: Verdict()].ofAny = fix || verdicts[sentence.type]?.ofAny == true
    }
  }

  private mutating func stand(_ coordinate: (latitude: Double, longitude: Double)?, rank: Int) {
    guard let coordinate, rank > place?.rank ?? 0 else { return }
    place = Place(latitude: coordinate.latitude, longitude: coordinate.longitude, rank: rank)
  }

  private mutating func solution(satellites: Int?, hdop: Double?, altitude: Double?) {
    self.satellites = [satellites, self.satellites].compactMap(\.self).max()
    self.hdop = Self.dilution(hdop) ?? self.hdop
    self.altitude = self.altitude ?? altitude
  }

  private static func knots(_ knots: Double) -> Double? { knots >= 0 ? knots * 1852 / 3600 : nil }

  private static func direction(_ degrees: Double) -> Double? {
    (0...360).contains(degrees) ? (degrees == 360 ? 0 : degrees) : nil
  }

  /// 99.99 stands for "none" with many receivers, 0.0 with others.
  private static func dilution(_ value: Double?) -> Double? {
    value.flatMap { $0 > 0 && $0 < 99 ? $0 : nil }
  }

  private static func error(_ metres: Double) -> Double? { metres > 0 && metres < 100_000 ? metres : nil }
}

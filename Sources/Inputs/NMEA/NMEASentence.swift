/// One sentence of NMEA 0183: `$`, talker and type, fields, `*` and the checksum.
struct NMEASentence: Sendable {
  /// `GP`, `GN`, `GA` …; `P` for a maker's own sentences, whose type is then the rest (`UBX`).
  let talker: String
  let type: String
  private let fields: [ArraySlice<UInt8>]

  /// The standard allows 82 characters; makers go beyond.
  static let lengthLimit = 1024

  enum Fault: Error { case noChecksum, checksum, cutShort, tooLong }

  /// True when the line begins as a sentence does, or holds the beginning of one.
  static func looksLikeOne(_ line: ArraySlice<UInt8>) -> Bool {
    guard let dollar = line.firstIndex(of: UInt8(ascii: "$")) else { return false }
    let name = line[(dollar + 1)...].prefix(5)
    // A maker's own may be as short as `P` and the maker's three letters: `PUBX`.
    let isMakers = name.first == UInt8(ascii: "P") && name.count == 5 && name.last == UInt8(ascii: ",")
    return name.count == 5
      && name.prefix(isMakers ? 4 : 5).allSatisfy { (65...90).contains($0) || (48...57).contains($0) }
  }

  /// - Parameter needsChecksum: False for a receiver that sends none; one that is there must be right all the same.
  init(_ line: ArraySlice<UInt8>, needsChecksum: Bool = true) throws(Fault) {
    guard line.count <= Self.lengthLimit else { throw .tooLong }
    // What stands before belongs to a sentence that was cut off: a byte lost on the serial line, or a restart.
    guard let dollar = line.lastIndex(of: UInt8(ascii: "$")) else { throw .cutShort }
    let body = line[(dollar + 1)...]
    let content: ArraySlice<UInt8>
    if let star = body.lastIndex(of: UInt8(ascii: "*")) {
      let digits = body[(star + 1)...].prefix { $0 != 32 }
      guard digits.count == 2, let high = Self.hexadecimal(digits.first), let low = Self.hexadecimal(digits.last) else {
        throw .cutShort
      }
      content = body[..<star]
      guard content.reduce(0, ^) == high << 4 | low else { throw .checksum }
    } else {
      guard !needsChecksum else { throw .noChecksum }
      content = body
    }
    guard content.allSatisfy({ (32...126).contains($0) }) else { throw .cutShort }
    let all = content.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    let name = all[0]
    guard name.count >= 3 else { throw .cutShort }
    let talkerLength = name.first == UInt8(ascii: "P") ? 1 : 2
    talker = String(decoding: name.prefix(talkerLength), as: UTF8.self)
    type = String(decoding: name.dropFirst(talkerLength), as: UTF8.self)
    fields = all
  }

  /// Field 1 is the first after the name; empty where the sentence is shorter.
  func text(_ index: Int) -> ArraySlice<UInt8> { index < fields.count ? fields[index] : [] }

  /// Talker and type, as `GPGGA`.
  var name: String { talker + type }

  /// The time of day in the sentences that tell of the fix itself, milliseconds.
  var timeOfFix: Int? {
    switch type {
    case "RMC", "GGA", "GNS", "GST", "ZDA": timeOfDay(1)
    case "GLL": timeOfDay(5)
    case "UBX" where whole(1) == 0: timeOfDay(2)
    default: nil
    }
  }

  func number(_ index: Int) -> Double? { Decimal.number(text(index)) }

  func whole(_ index: Int) -> Int? { Decimal.whole(text(index)) }

  /// A field of one letter.
  func letter(_ index: Int) -> Character? {
    let text = text(index)
    guard text.count == 1, let byte = text.first else { return nil }
    return Character(Unicode.Scalar(byte))
  }

  /// `hhmmss.sss` as milliseconds of the day.
  func timeOfDay(_ index: Int) -> Int? {
    let text = text(index)
    guard text.count >= 6, text.count == 6 || text[text.startIndex + 6] == UInt8(ascii: "."),
      let hhmmss = Decimal.whole(text.prefix(6))
    else { return nil }
    let (hour, minute, second) = (hhmmss / 10_000, hhmmss / 100 % 100, hhmmss % 100)
    guard hour < 24, minute < 60, second <= 60 else { return nil }
    var milliseconds = 0
    for (place, byte) in text.dropFirst(7).enumerated() {
      guard (48...57).contains(byte) else { return nil }
      if place < 3 { milliseconds += Int(byte - 48) * [100, 10, 1][place] }
    }
    // A leap second has no place in POSIX time; it counts as the second before once more.
    return (hour * 3600 + minute * 60 + min(second, 59)) * 1000 + milliseconds
  }

  /// Four fields: `ddmm.mmm`, `N` or `S`, `dddmm.mmm`, `E` or `W`, in degrees; `nil` where any is missing or out of range.
  func coordinate(_ index: Int) -> (latitude: Double, longitude: Double)? {
    guard let latitude = degrees(index, positive: "N", negative: "S", limit: 90),
      let longitude = degrees(index + 2, positive: "E", negative: "W", limit: 180)
    else { return nil }
    return (latitude, longitude)
  }

  private func degrees(_ index: Int, positive: Character, negative: Character, limit: Double) -> Double? {
    guard let value = number(index), value >= 0, let side = letter(index + 1), side == positive || side == negative
    else { return nil }
    let whole = (value / 100).rounded(.down)
    let minutes = value - whole * 100
    let degrees = whole + minutes / 60
    guard minutes < 60, degrees <= limit else { return nil }
    return side == positive ? degrees : -degrees
  }

  private static func hexadecimal(_ byte: UInt8?) -> UInt8? {
    switch byte {
    case .some(let b) where (48...57).contains(b): b - 48
    case .some(let b) where (65...70).contains(b) || (97...102).contains(b): (b & 0xDF) - 55
    default: nil
    }
  }
}

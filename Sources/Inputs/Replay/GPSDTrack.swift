import Model

/// Reads recorded reports of gpsd, by the same value as the live driver, so that both give the same observations.
enum GPSDTrack {
  private static let lengthLimit = 65_536
  /// Where the clock begins by which `GPSDReports` tells the age of a SKY. It may be any; before 0, the age of one that never came
  /// (`Int64.min`) can be reckoned without overflow.
  private static let epoch = Int64.min / 2

  static func read(_ bytes: [UInt8], into builder: inout TrackBuilder) {
    var reports = GPSDReports(device: builder.device, correctsRollOver: false)
    var last: Timestamp?
    for (number, line) in ByteLines(bytes) {
      // Sentences between the reports (`gpspipe -r -w`, gpsd's own tests) and comments.
      guard line.first == UInt8(ascii: "{") else { continue }
      guard line.count <= lengthLimit else {
        builder.issues.add(.tooLong, line: number)
        continue
      }
      let reading = reports.read(line, at: epoch + builder.offset.nanoseconds)
      switch reading.report {
      case .malformed: builder.issues.add(.cutShort, line: number)
      case .fix(let fix):
        if let time = fix.time {
          if let last { builder.advance(by: time - last) }
          last = time
        }
      default: break
      }
      switch reading.content {
      case .position(let device, var position):
        if !position.isUsable { builder.issues.add(.notOnEarth, line: number) }
        position.time = position.time.map(builder.corrected)
        builder.append(.position(device: device, position))
      case .some(let content): builder.append(content)
      case nil: break
      }
    }
  }
}

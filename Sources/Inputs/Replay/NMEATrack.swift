import Model

/// Reads a log of NMEA 0183: every epoch that has a fix becomes one position, the first without one a loss.
///
/// Dates come from RMC and ZDA; fixes before the first of them have no time, unless there is no date in the whole file: then it begins on
/// 1970-01-01.
enum NMEATrack {
  static func read(_ bytes: [UInt8], into builder: inout TrackBuilder) {
    let hasDates = Self.hasDates(bytes)
    var epochs = NMEAEpochs()
    var clock = NMEAClock()
    for (number, line) in ByteLines(bytes) {
      guard let sentence = sentence(line, number, &builder) else { continue }
      if let ended = epochs.take(sentence) { close(ended, &clock, hasDates: hasDates, &builder) }
    }
    close(epochs.current, &clock, hasDates: hasDates, &builder)
  }

  private static func close(
    _ epoch: NMEAEpoch, _ clock: inout NMEAClock, hasDates: Bool, _ builder: inout TrackBuilder
  ) {
    let moment = clock.date(epoch)
    if let moment { builder.advance(by: moment.step) }
    guard epoch.hasVerdict else { return }
    guard var position = epoch.position else { return builder.addLoss() }
    position.time = clock.hasDate || !hasDates ? moment?.time : nil
    builder.add(position)
  }

  /// The sentence of a line, or `nil` after noting what was wrong with it.
  private static func sentence(
    _ line: ArraySlice<UInt8>, _ number: Int, _ builder: inout TrackBuilder
  ) -> NMEASentence? {
    // Comments as gpsd's logs have them, and AIS.
    guard let first = line.first, first != UInt8(ascii: "#"), first != UInt8(ascii: "!") else { return nil }
    do {
      return try NMEASentence(line)
    } catch {
      switch error {
      case .checksum: builder.issues.add(.checksum, line: number)
      case .noChecksum: builder.issues.add(.noChecksum, line: number)
      case .cutShort: builder.issues.add(.cutShort, line: number)
      case .tooLong: builder.issues.add(.tooLong, line: number)
      }
      return nil
    }
  }

  private static func hasDates(_ bytes: [UInt8]) -> Bool {
    for (_, line) in ByteLines(bytes) {
      guard line.first == UInt8(ascii: "$") else { continue }
      var epoch = NMEAEpoch(timeOfDay: nil)
      do { epoch.take(try NMEASentence(line)) } catch { continue }
      if epoch.day != nil { return true }
    }
    return false
  }
}

import Model

@testable import Inputs

/// What must hold for any bytes whatever on a serial line: nothing traps, how the stream is cut makes no difference, and no value is
/// published that can't be.
///
/// The one entry for all fuzzers: the seeded test beside it, and a coverage-guided one that hands over its bytes. The first byte chooses
/// the session.
struct SerialFuzz {
  let profiles: [SerialProfile]

  /// What doesn't hold, in words; empty when all is well.
  func check(_ bytes: [UInt8]) -> [String] {
    guard let first = bytes.first else { return [] }
    let stream = bytes.dropFirst()
    let choice = Int(first) % (profiles.count + 2)
    if choice >= profiles.count { return nmea(stream, needsChecksum: choice == profiles.count) }
    let profile = profiles[choice]
    let settings = SerialSession.Settings(
      device: "device", profile: profile, metrics: profile.metrics, silence: .seconds(10))
    let whole = run(SerialSession(settings, at: 0), stream, size: stream.count)
    var problems = [1, 5].compactMap { size in
      run(SerialSession(settings, at: 0), stream, size: size) == whole ? nil : "pieces of \(size) differ"
    }
    for case .submit(.reading(_, let name, let value, let quality)) in whole {
      guard let metric = profile.metrics.first(where: { $0.name == name }) else {
        problems.append("a reading of \(name), which there isn't")
        continue
      }
      if (value == nil) != (quality != .good) {
        problems.append("\(name) is \(quality) with \(String(describing: value))")
      }
      switch value {
      case .number(let number):
        let isInRange = number.isFinite && number >= metric.minimum ?? number && number <= metric.maximum ?? number
        if !isInRange { problems.append("\(name) is \(number)") }
      case .text(let text): if text.utf8.count > SerialMetric.textLimit { problems.append("\(name) is too long") }
      case .boolean, nil: break
      }
    }
    return problems
  }

  private func nmea(_ stream: ArraySlice<UInt8>, needsChecksum: Bool) -> [String] {
    let settings = NMEASession.Settings(device: "gps", staleAfter: .seconds(5), needsChecksum: needsChecksum)
    let whole = run(NMEASession(settings, at: 0), stream, size: stream.count)
    var problems = [1, 5].compactMap { size in
      run(NMEASession(settings, at: 0), stream, size: size) == whole ? nil : "pieces of \(size) differ"
    }
    for case .submit(.position(_, let position)) in whole where !position.isUsable || position.mode == .none {
      problems.append("a fix at \(position.latitude), \(position.longitude)")
    }
    return problems
  }

  private func run(_ session: some LineSession, _ stream: ArraySlice<UInt8>, size: Int) -> [LineAction] {
    var session = session
    _ = session.advance(to: 0)
    var actions = session.opened(at: 0)
    var rest = stream
    while !rest.isEmpty {
      actions += session.received(rest.prefix(size), at: 0)
      rest = rest.dropFirst(size)
    }
    return actions + session.advance(to: 3_600_000_000_000)
  }
}

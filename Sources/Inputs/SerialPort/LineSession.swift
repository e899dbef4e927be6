import Model

/// What a driver decides about one line, as a pure value: what happens goes in with its time, what to do comes out. `LineClient` does it.
///
/// It knows no descriptor and no clock; times are nanoseconds of `CLOCK_BOOTTIME`. To test a conformance, call it with bytes and times.
protocol LineSession: Sendable {
  /// When `advance` has something to do.
  var deadline: Int64 { get }

  /// Time has passed. The first call begins it all.
  mutating func advance(to time: Int64) -> [LineAction]

  /// The line is open.
  mutating func opened(at time: Int64) -> [LineAction]

  /// The line can't be opened, or is lost.
  mutating func failed(_ failure: LineFailure, at time: Int64) -> [LineAction]

  /// Bytes came in, in pieces of any size.
  mutating func received(_ bytes: ArraySlice<UInt8>, at time: Int64) -> [LineAction]
}

enum LineAction: Hashable, Sendable {
  /// Begin to open the line; `opened` or `failed` must follow, unless `close` comes first.
  case open
  /// Set the port to another speed, on which what has come in so far is forgotten.
  case retune(baud: Int)
  case send([UInt8])
  /// Throw away what has come in and wasn't read.
  case discardInput
  /// Close the line, or give up opening it; nothing may come from it any more.
  case close
  case submit(Observation.Content)
  case note(LineNote)
}

/// What a person may want to read in the log.
enum LineNote: Hashable, Sendable {
  /// The device is understood; `baud`: the speed, where it had to be found.
  case up(baud: Int?)
  case down(LineFailure)
  /// What came in was no sentence or frame; `total` counts them since the start. `kind`: which fault the last of them had.
  case broken(total: Int, kind: String)
}

/// Lets one line a minute through to the log. A state that was held back is told when the minute is over.
struct NoteGate: Hashable, Sendable {
  static let period: Int64 = 60_000_000_000

  private var opensAt = Int64.min
  private var held: LineNote?
  private var lastState: LineNote?

  /// When something that was held back is due.
  var deadline: Int64 { held == nil ? .max : opensAt }

  mutating func offer(_ note: LineNote, at time: Int64) -> [LineAction] {
    guard time >= opensAt else {
      switch note {
      case .up, .down: held = note
      // The next tells a higher total.
      case .broken: break
      }
      return []
    }
    return pass(note, at: time)
  }

  mutating func advance(to time: Int64) -> [LineAction] {
    guard time >= opensAt, let note = held else { return [] }
    // It went and came back within the minute: what the log says is still so.
    guard note != lastState else {
      held = nil
      return []
    }
    return pass(note, at: time)
  }

  private mutating func pass(_ note: LineNote, at time: Int64) -> [LineAction] {
    switch note {
    case .up, .down:
      held = nil
      lastState = note
    case .broken: break
    }
    opensAt = time + Self.period
    return [.note(note)]
  }
}

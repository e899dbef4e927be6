public import Journal
import Model

extension Delivery {
  /// Streams that a connection has at most; what is asked for beyond goes with the next one.
  static let mostStreams = 1024

  /// Delivered records are to go once more; the journal has taken them out of the cursors already.
  ///
  /// What a stream of this connection has behind it gets a stream of its own, behind all others; what none has reached yet comes in its
  /// turn. It goes marked late, and no faster than `catchUp`.
  public mutating func reopen(_ reopening: Reopening) {
    // The journal has looked at the same cursors, so that there is room in them.
    guard reopening.apply(to: &cursors), isUp else { return }
    dropFinished()
    switch settings.order {
    case .liveFirst:
      for lane in Lane.allCases {
        for part in reopening.parts[lane] ?? [] { layAgain(part, LaneSet(lane)) }
      }
    case .strict:
      var all: [ClosedRange<UInt64>] = []
      for part in reopening.parts.values.joined().sorted(by: { $0.lowerBound < $1.lowerBound }) {
        if let last = all.last, part.lowerBound <= last.upperBound + 1 {
          all[all.count - 1] = last.lowerBound...max(last.upperBound, part.upperBound)
        } else {
          all.append(part)
        }
      }
      for part in all { layAgain(part, settings.kinds.lanes) }
    }
  }

  private mutating func layAgain(_ part: ClosedRange<UInt64>, _ lanes: LaneSet) {
    var rest = [part]
    for stream in streams where !stream.isAgain && stream.lanes == lanes && stream.scannedTo < stream.end {
      // It lies before that stream still.
      rest = rest.flatMap { $0.without(stream.scannedTo + 1...stream.end) }
    }
    for range in rest {
      if let last = streams.last, last.isAgain, last.lanes == lanes, last.end + 1 == range.lowerBound {
        streams[streams.count - 1].extend(to: range.upperBound)
      } else if streams.count < Self.mostStreams {
        firstAgain = firstAgain ?? streams.count
        streams.append(DeliveryStream(lanes: lanes, start: range.lowerBound, end: range.upperBound, isAgain: true))
      }
    }
  }

  /// Streams at the end that have nothing left to do, and that no message speaks of.
  private mutating func dropFinished() {
    let segments = inFlight.values.flatMap(\.segments) + (retries + setAside).flatMap(\.segments)
    let used = segments.map(\.stream).max() ?? 0
    while let last = streams.last, last.isAgain, last.open == nil, streams.count - 1 > used,
      pendingRead?.stream != streams.count - 1
    {
      streams.removeLast()
    }
    if let first = firstAgain, first >= streams.count { firstAgain = nil }
  }

  /// What of `range`, which the stream `index` has settled, goes into the cursors: not what was taken out of them to be sent once more, unless
  /// it is that stream's own.
  func beside(_ index: Int, _ range: ClosedRange<UInt64>) -> [ClosedRange<UInt64>] {
    guard let firstAgain else { return [range] }
    var parts = [range]
    for other in firstAgain..<streams.count
    where other != index && !streams[other].lanes.isDisjoint(with: streams[index].lanes) {
      guard let open = streams[other].open else { continue }
      parts = parts.flatMap { $0.without(open) }
    }
    return parts
  }
}

extension ClosedRange<UInt64> {
  /// What is left of it, ascending.
  func without(_ other: ClosedRange<UInt64>) -> [ClosedRange<UInt64>] {
    guard overlaps(other) else { return [self] }
    var rest: [ClosedRange<UInt64>] = []
    if lowerBound < other.lowerBound { rest.append(lowerBound...other.lowerBound - 1) }
    if upperBound > other.upperBound { rest.append(other.upperBound + 1...upperBound) }
    return rest
  }
}

public import Journal
public import Model

// Dead letters that were requeued: sent once more, though the cursors have passed them. They have a stream of their own behind all others,
// which no cursor belongs to; those that the server has taken are told one by one.
extension Delivery {
  /// True when `take(_: Redelivery)` should be called: the connection is new.
  public var wantsRedelivery: Bool { isUp && redelivery == nil }

  /// What there is to send once more. What is under way goes on.
  public mutating func take(_ redelivery: Redelivery) { self.redelivery = redelivery }

  /// Those that the server has taken since the last call: to be handed to the journal before it is asked for more.
  public mutating func takeRedelivered() -> Set<RecordIdentity>? {
    guard !redelivered.isEmpty else { return nil }
    defer { redelivered = [] }
    return redelivered
  }

  /// Some of what is on its way was settled by others: a courier brought it, or it was given up.
  public mutating func join(_ known: LaneCursors) {
    let before = cursors
    cursors.formUnion(known)
    guard cursors != before else { return }
    let joined = cursors
    for index in streams.indices where !isOfLetters(index) {
      streams[index].dropWaiting { entry in joined[entry.kind.lane].contains(entry.record.identity.seq) }
      settleFront(index)
    }
  }

  func isOfLetters(_ stream: Int) -> Bool { stream == letterStream }

  /// Lays the stream's place; what it carries is told later.
  mutating func layLetterStream() {
    letterStream = streams.count
    streams.append(DeliveryStream(lanes: [], start: 1, end: 0))
  }

  mutating func forgetLetters() { (letterStream, redelivery, lettersLaid) = (nil, nil, nil) }

  /// What to read of them, once nothing else is to be read.
  mutating func letterRead() -> ReadRequest? {
    guard !isDraining, let index = letterStream else { return nil }
    layLetters(index)
    let stream = streams[index]
    guard !stream.isScanned(head: head), stream.waiting < readAhead else { return nil }
    return ReadRequest(
      lanes: .all, range: stream.scannedTo + 1...stream.limit(head: head), limit: readAhead, stream: index,
      connection: connection, isOfLetters: true)
  }

  /// Begins anew where some were requeued since. Once for each change, since one that can't be read must not be looked for again and again.
  /// A message that is refused comes back to the place that it had, so that positions go on.
  private mutating func layLetters(_ index: Int) {
    guard streams[index].waiting == 0, streams[index].outstanding == 0, streams[index].isScanned(head: head),
      let redelivery, redelivery.letterCount > 0, lettersLaid.map({ redelivery.revision > $0 }) ?? true
    else { return }
    lettersLaid = redelivery.revision
    streams[index] = DeliveryStream(lanes: [], start: 1, end: max(1, head), from: streams[index].endPosition)
  }
}

import Journal
public import Model

extension Delivery {
  /// New records are in the journal.
  public mutating func headMoved(to head: UInt64) { self.head = max(self.head, head) }

  /// Records read ahead of sending, per scan.
  var readAhead: Int { min(settings.window, max(settings.batchRecords, 128)) }

  /// What to read next, if anything; `supply` must follow before another read is asked for.
  public mutating func nextRead() -> ReadRequest? {
    guard isUp, pendingRead == nil else { return nil }
    pendingRead = liveRead() ?? backlogRead() ?? letterRead()
    return pendingRead
  }

  private func liveRead() -> ReadRequest? {
    guard liveCount > 0, liveScannedTo < head else { return nil }
    let waiting = streams[..<liveCount].reduce(0) { $0 + $1.waiting }
    guard waiting < readAhead else { return nil }
    return ReadRequest(
      lanes: liveLanes, range: liveScannedTo + 1...head, limit: readAhead, stream: nil, connection: connection)
  }

  private mutating func backlogRead() -> ReadRequest? {
    guard !isDraining || liveCount == 0 else { return nil }
    for index in liveCount..<streams.count {
      if isOfLetters(index) { continue }
      skipSettled(index)
      let stream = streams[index]
      if stream.isScanned(head: head) { continue }
      // Events before positions before readings: a lane is begun when the one before has been read to its end, or steps back.
      guard stream.waiting < readAhead else {
        if stepsBack(index) { continue }
        return nil
      }
      var last = stream.limit(head: head)
      if let lane = onlyLane(stream),
        let range = cursors[lane].ranges.first(where: { $0.lowerBound > stream.scannedTo })
      {
        last = min(last, range.lowerBound - 1)
      }
      return ReadRequest(
        lanes: stream.lanes, range: stream.scannedTo + 1...last, limit: readAhead, stream: index,
        connection: connection)
    }
    return nil
  }

  /// Passes over what earlier connections delivered.
  private mutating func skipSettled(_ index: Int) {
    guard let lane = onlyLane(streams[index]) else { return }
    let cursor = cursors[lane]
    while true {
      let next = streams[index].scannedTo + 1
      if next <= cursor.low {
        streams[index].scanned(to: min(cursor.low, streams[index].end))
      } else if let range = cursor.ranges.first(where: { $0.contains(next) }) {
        streams[index].scanned(to: range.upperBound)
      } else {
        break
      }
      guard streams[index].scannedTo >= next else { break }
    }
    settleFront(index)
  }

  private func onlyLane(_ stream: DeliveryStream) -> Lane? {
    let lanes = Lane.allCases.filter { stream.lanes.contains(LaneSet($0)) }
    return lanes.count == 1 && settings.order == .liveFirst ? lanes[0] : nil
  }

  /// What the journal gave for `request`, ascending.
  public mutating func supply(_ records: [StoredRecord], for request: ReadRequest, now: BootTime) {
    guard request == pendingRead else { return }
    pendingRead = nil
    #if PLANTED
      var records = records
      if PlantedBug.lateDisorder.isPlanted, request.stream != nil, records.count > 2 { records.swapAt(0, 1) }
      if PlantedBug.liveDisorder.isPlanted, request.stream == nil, records.count > 2 {
        records.swapAt(records.count - 3, records.count - 2)
      }
    #endif
    for record in records {
      let kind = record.kind
      let lane = kind.lane
      let seq = record.identity.seq
      guard settings.kinds.contains(kind) else { continue }
      if !request.isOfLetters, isSettled(seq, in: lane) { continue }
      guard let index = request.stream ?? streams[..<liveCount].firstIndex(where: { $0.lanes.contains(LaneSet(lane)) })
      else { continue }
      streams[index].append(record, kind: kind, now: now)
    }
    // The journal may have cut its answer short by bytes, so only an empty one says that the range holds no more.
    let reached = records.last?.identity.seq ?? request.range.upperBound
    if let index = request.stream {
      streams[index].scanned(to: reached)
      settleFront(index)
    } else {
      liveScannedTo = reached
      for index in 0..<liveCount {
        streams[index].scanned(to: reached)
        settleFront(index)
      }
    }
  }

  /// The read failed: it is asked for again when something else happens.
  public mutating func readFailed(_ request: ReadRequest) {
    if request == pendingRead { pendingRead = nil }
  }

  func isSettled(_ seq: UInt64, in lane: Lane) -> Bool { cursors[lane].contains(seq) }

  /// Moves the cursors of a stream's lanes as far as it is settled without a hole.
  mutating func settleFront(_ index: Int) {
    _ = streams[index].advance()
    let stream = streams[index]
    guard stream.settledTo >= stream.start else { return }
    for lane in Lane.allCases where stream.lanes.contains(LaneSet(lane)) && cursors[lane].low < stream.settledTo {
      let before = cursors[lane]
      for part in beside(index, stream.start...stream.settledTo) { cursors[lane].settle(part) }
      if cursors[lane] != before { cursorsChanged = true }
    }
  }
}

/// Cuts a stream into frames and holds each to its checksum. What comes between frames is passed over.
///
/// Any cutting of the stream into pieces that come at one time gives the same. Time matters only by `Framing.pause`.
struct FrameCutter: Sendable {
  enum Cut: Hashable, Sendable {
    /// The content of a frame that is right, without its checksum.
    case content([UInt8])
    case fault(FrameFault)
  }

  private let framing: Framing
  private let checksum: FrameChecksum?
  private var buffer: [UInt8] = []
  /// How many of them hold no end, as has been seen.
  private var searched = 0
  /// Everything is passed over up to the next end, or the next pause where frames have none.
  private var isDropping = false
  private var lastAt: Int64 = .min
  /// No frame was whole so far: the first bytes may be the rest of one.
  private var isBeginning = true

  init(_ framing: Framing, _ checksum: FrameChecksum?) {
    self.framing = framing
    self.checksum = checksum
  }

  /// How many bytes have no end yet.
  var pending: Int { buffer.count }

  /// Adds what was read at that time, nanoseconds.
  mutating func append(_ bytes: ArraySlice<UInt8>, at time: Int64) -> [Cut] {
    var cuts: [Cut] = []
    if lastAt != .min, time - lastAt >= framing.pause { paused(&cuts) }
    lastAt = time
    buffer += bytes
    while let cut = next() { if let cut { note(cut, &cuts) } }
    return cuts
  }

  /// The first frame may have begun before the line was open: that it isn't whole is nobody's fault.
  private mutating func note(_ cut: Cut, _ cuts: inout [Cut]) {
    if case .fault = cut, isBeginning {
      isBeginning = false
      return
    }
    isBeginning = false
    cuts.append(cut)
  }

  private mutating func paused(_ cuts: inout [Cut]) {
    if !buffer.isEmpty, !isDropping, framing.start.isEmpty || begins { note(.fault(.cutShort), &cuts) }
    buffer = []
    searched = 0
    isDropping = false
  }

  private var begins: Bool { buffer[...].firstRange(of: framing.start) != nil }

  /// The next frame. An inner `nil`: something was passed over; an outer one: more bytes are needed.
  private mutating func next() -> Cut?? {
    switch framing.ending {
    case .line: return nextLine()
    case .bytes(let end, let after): return nextEnded(by: end, after)
    case .length(let length): return nextLong { _ in length }
    case .field(let at, let bytes, let order, let plus):
      return nextLong { frame in
        guard frame.count >= at + bytes else { return nil }
        let field = frame.dropFirst(at).prefix(bytes)
        return min(order.number(field), Framing.limits.upperBound * 2) + plus
      }
    }
  }

  private mutating func nextLine() -> Cut?? {
    guard let end = buffer[searched...].firstIndex(where: { $0 == 10 || $0 == 13 }) else { return more() }
    let line = buffer[..<end]
    defer { drop(end + 1) }
    if isDropping {
      isDropping = false
      return .some(nil)
    }
    if line.isEmpty { return .some(nil) }
    guard line.count <= framing.limit else { return .fault(.tooLong) }
    return cut(line, trailer: [])
  }

  private mutating func nextEnded(by end: [UInt8], _ after: Int) -> Cut?? {
    let from = max(0, searched - end.count + 1)
    guard let range = buffer[from...].firstRange(of: end) else { return more() }
    if !isDropping, range.lowerBound > framing.limit {
      isDropping = true
      drop(range.lowerBound)
      return .fault(.tooLong)
    }
    guard buffer.count >= range.upperBound + after else { return nil }
    let content = buffer[..<range.lowerBound]
    let trailer = buffer[range.upperBound..<(range.upperBound + after)]
    defer { drop(range.upperBound + after) }
    if isDropping {
      isDropping = false
      return .some(nil)
    }
    return cut(content, trailer: trailer)
  }

  /// There is no end yet.
  private mutating func more() -> Cut?? {
    searched = buffer.count
    // So many may be of an end that has begun.
    let rest: Int = if case .bytes(let end, _) = framing.ending { end.count - 1 } else { 0 }
    guard buffer.count > framing.limit + rest else { return nil }
    let isNews = !isDropping
    isDropping = true
    drop(buffer.count - rest)
    searched = buffer.count
    return isNews ? .some(.fault(.tooLong)) : nil
  }

  /// - Parameter length: of a frame that begins so; `nil` where too little of it is there.
  private mutating func nextLong(_ length: (ArraySlice<UInt8>) -> Int?) -> Cut?? {
    if isDropping {
      buffer = []
      return nil
    }
    if !framing.start.isEmpty {
      guard let range = buffer[...].firstRange(of: framing.start) else {
        // A start may have begun.
        drop(max(0, buffer.count - framing.start.count + 1))
        return nil
      }
      drop(range.lowerBound)
    }
    guard !buffer.isEmpty, let length = length(buffer[...]) else { return nil }
    guard length > framing.start.count, length <= framing.limit else {
      lost()
      return .fault(.length)
    }
    guard buffer.count >= length else { return nil }
    let frame = Frame(content: buffer[framing.start.count..<length])
    if let content = checksum.map({ $0.checked(frame, framing) }) ?? frame.content {
      defer { drop(length) }
      return .content(Array(content))
    }
    lost()
    return .fault(.checksum)
  }

  /// Here was no frame: the next begins with the next start, or after a pause.
  private mutating func lost() {
    if framing.start.isEmpty {
      isDropping = true
      buffer = []
    } else {
      drop(1)
    }
  }

  private func cut(_ bytes: ArraySlice<UInt8>, trailer: ArraySlice<UInt8>) -> Cut {
    var content = bytes
    if !framing.start.isEmpty {
      // What stands before belongs to a frame that was cut off.
      guard let start = bytes.lastRange(of: framing.start) else { return .fault(.noStart) }
      content = bytes[start.upperBound...]
    }
    guard let checksum else { return .content(Array(content)) }
    guard let checked = checksum.checked(Frame(content: content, trailer: trailer), framing) else {
      return .fault(.checksum)
    }
    return .content(Array(checked))
  }

  private mutating func drop(_ count: Int) {
    buffer.removeFirst(min(count, buffer.count))
    searched = 0
  }
}

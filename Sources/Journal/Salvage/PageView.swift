/// The pages of a database and its log, each as it was last, and as it was before.
struct PageView {
  /// Where a page's bytes lie.
  enum Place: Hashable {
    case database(UInt32)
    case frame(Int)
  }

  let database: any ByteSource
  let logBytes: any ByteSource
  let log: WriteAheadLog
  /// Sound frames of finished transactions, by page, in their order.
  private var frames: [UInt32: [Int]] = [:]
  /// Pages are numbered from 1.
  let count: UInt32

  init(database: any ByteSource, logBytes: any ByteSource, log: WriteAheadLog) {
    self.database = database
    self.logBytes = logBytes
    self.log = log
    var last = (database.count + Int(Schema.pageSize) - 1) / Int(Schema.pageSize)
    for (index, frame) in log.frames[..<log.end].enumerated() where frame.isSound && frame.page > 0 {
      frames[frame.page, default: []].append(index)
      // A page number that damage made up must not make us look at four billion pages.
      if Int(frame.page) < last + log.frames.count { last = max(last, Int(frame.page)) }
    }
    count = UInt32(clamping: last)
  }

  func bytes(at place: Place) -> [UInt8]? {
    switch place {
    case .database(let page):
      guard page > 0 else { return nil }
      let start = (Int(page) - 1) * Int(Schema.pageSize)
      return database.bytes(at: start, count: Int(Schema.pageSize))
    case .frame(let index): return logBytes.bytes(at: WriteAheadLog.place(of: index), count: Int(Schema.pageSize))
    }
  }

  /// Where the page lies, as the last finished transaction left it.
  func latest(_ page: UInt32) -> Place { frames[page]?.last.map { .frame($0) } ?? .database(page) }

  func latestBytes(_ page: UInt32) -> [UInt8]? { bytes(at: latest(page)) }

  /// The page as it was when the bytes at `place` were written.
  func bytes(_ page: UInt32, seenFrom place: Place) -> [UInt8]? {
    guard case .frame(let index) = place, let before = frames[page]?.last(where: { $0 <= index }) else {
      return bytes(at: .database(page))
    }
    return bytes(at: .frame(before))
  }

  /// Calls `body` with every image of a page that there is: what counts first, then from the newest to the oldest. Frames that are broken
  /// are among them, since what lies in them may be whole.
  func forEachPlace(_ body: (Place) -> Void) {
    guard count > 0 else { return }
    for page in 1...count { body(latest(page)) }
    let known = Set(frames.values.compactMap(\.last))
    for frame in (0..<log.end).reversed() where !known.contains(frame) { body(.frame(frame)) }
    for page in frames.keys.sorted() { body(.database(page)) }
  }
}

// What in a log is damage, and what a power cut leaves.
//
// What SQLite passes over in silence is damage only where something is lost by it that was committed. Two things make that sure, beside what
// the journal promises of its logs:
//
//   - A transaction begins when the one before is on disk. So two transactions behind the last good commit prove that the first of them
//     was committed.
//   - A log is begun anew, with another header, when all of it is in the database and on disk there. A header that is torn in that moment
//     loses nothing, and one that is rotten loses nothing either as long as the database has it all.
//   - Behind the last commit there is one transaction at most (see `Connection.open`): what an earlier power cut has left there would else
//     stand behind a later transaction, with the same salts, and pass for a second one.

extension WriteAheadLog {
  /// Something stands behind the last commit: what a power cut or a full disk has left of a transaction.
  var hasRemains: Bool { frames.count > end }

  /// SQLite writes pages before the commit when its cache of 512 pages or so is full of changed ones. A transaction of fewer frames has
  /// each page once.
  private static let unspilled = 256

  private func endOfCommit(in range: Range<Int>) -> Int {
    (frames[range].lastIndex { $0.isSound && $0.isCommit } ?? range.lowerBound - 1) + 1
  }

  mutating func judge() {
    guard let broken = frames.firstIndex(where: { !$0.isSound }) else {
      end = endOfCommit(in: frames.indices)
      return
    }
    let committed = endOfCommit(in: 0..<broken)
    if holdsTwoTransactions(from: committed) {
      verdict = .damaged("frame \(broken + 1) of \(frames.count) in its write-ahead log is broken")
      end = endOfCommit(in: frames.indices)
    } else {
      verdict = .torn
      end = committed
    }
  }

  /// Two of them: a commit and something behind it that goes on from there, or another commit. Or a page twice: within one transaction SQLite
  /// writes each page in one place, but for the last of all where the cache was full. Without a commit they are what is left of transactions
  /// that found no room.
  private func holdsTwoTransactions(from committed: Int) -> Bool {
    let commits = (committed..<frames.count).filter { frames[$0].isSound && frames[$0].isCommit }
    guard let last = commits.last else { return false }
    if commits.count > 1 || (last + 1 < frames.count && frames[last + 1].isSound) { return true }
    var pages: Set<UInt32> = []
    let end = last - committed < Self.unspilled ? last + 1 : last
    return (committed..<end).contains { frames[$0].isSound && !pages.insert(frames[$0].page).inserted }
  }

  /// SQLite takes no frame of a log without its header.
  mutating func judgeWithoutHeader(_ source: some ByteSource, _ database: any ByteSource) {
    guard !frames.isEmpty else { return }
    // The first frame's checksum goes on from the header's.
    let broken = frames.indices.dropFirst().first { !frames[$0].isSound } ?? frames.count
    let committed = (frames[..<broken].lastIndex { $0.isCommit } ?? -1) + 1
    if !holdsTwoTransactions(from: committed), isWrittenBack(committed, source, database) {
      verdict = .torn
      end = 0
    } else {
      verdict = .damaged("the header of its write-ahead log is broken")
      end = endOfCommit(in: frames.indices)
    }
  }

  /// Whether the database has each page as the first `count` frames left it.
  private func isWrittenBack(_ count: Int, _ source: some ByteSource, _ database: any ByteSource) -> Bool {
    var latest: [UInt32: Int] = [:]
    for index in 0..<count { latest[frames[index].page] = index }
    let size = Int(Schema.pageSize)
    return latest.allSatisfy { page, frame in
      guard page > 0, let written = source.bytes(at: Self.place(of: frame), count: size) else { return false }
      return database.bytes(at: (Int(page) - 1) * size, count: size) == written
    }
  }
}

/// Something that happens to the files of a journal.
enum Damage: CaseIterable {
  case flipInDatabase, flipManyInDatabase, zeroPages, swapPages, copyPage, truncateDatabase, noiseInDatabase
  case flipInLog, flipManyInLog, cutLog, zeroInLog, copyFrame, loseLogHeader

  func strike(_ database: inout [UInt8], _ log: inout [UInt8], _ random: inout SeededGenerator) {
    switch self {
    case .flipInDatabase: Self.flip(&database, 1, &random)
    case .flipManyInDatabase: Self.flip(&database, Int.random(in: 2...20, using: &random), &random)
    case .zeroPages:
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let page = Self.page(database, &random)
        database.replaceSubrange(page, with: [UInt8](repeating: 0, count: page.count))
      }
    case .swapPages:
      let (a, b) = (Self.page(database, &random), Self.page(database, &random))
      let (x, y) = (Array(database[a]), Array(database[b]))
      database.replaceSubrange(a, with: y)
      database.replaceSubrange(b, with: x)
    case .copyPage:
      database.replaceSubrange(Self.page(database, &random), with: Array(database[Self.page(database, &random)]))
    case .truncateDatabase: database.removeLast(Int.random(in: 1...database.count / 3, using: &random))
    case .noiseInDatabase:
      let start = Int.random(in: 0..<database.count - 4096, using: &random)
      for index in start..<start + Int.random(in: 1...4096, using: &random) {
        database[index] = UInt8.random(in: 0...255, using: &random)
      }
    case .flipInLog: Self.flip(&log, 1, &random)
    case .flipManyInLog: Self.flip(&log, Int.random(in: 2...20, using: &random), &random)
    case .cutLog: log.removeLast(Int.random(in: 1...log.count, using: &random))
    case .zeroInLog:
      let start = Int.random(in: 0..<log.count, using: &random)
      let end = min(log.count, start + 4096)
      log.replaceSubrange(start..<end, with: [UInt8](repeating: 0, count: end - start))
    case .copyFrame:
      let count = (log.count - 32) / 1048
      let (a, b) = (Int.random(in: 0..<count, using: &random), Int.random(in: 0..<count, using: &random))
      log.replaceSubrange(32 + a * 1048..<32 + (a + 1) * 1048, with: Array(log[32 + b * 1048..<32 + (b + 1) * 1048]))
    case .loseLogHeader:
      log.replaceSubrange(0..<32, with: (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
    }
  }

  private static func flip(_ bytes: inout [UInt8], _ count: Int, _ random: inout SeededGenerator) {
    for _ in 0..<count {
      bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
    }
  }

  private static func page(_ database: [UInt8], _ random: inout SeededGenerator) -> Range<Int> {
    let page = Int.random(in: 0..<database.count / 1024, using: &random)
    return page * 1024..<(page + 1) * 1024
  }
}

import Model

extension Journal {
  /// Opens a journal that no gateway has open, to look into it: no run begins, nothing is repaired, and nothing may be committed. The log
  /// of the last run is written back when it is closed.
  ///
  /// - Throws: `locked` where a gateway has it open; `damaged` where the next start of the gateway has to repair it first; what else
  ///   `open` throws. `cannotOpen` where there is none.
  /// - Parameter limit: As the gateway has it; bounds nothing here, and is told with the rest.
  public static func look(into path: String, limit: Int64 = Options.smallestLimit) throws(JournalError) -> Journal {
    if let oddity = BrokenFile.isOddity(path) {
      throw JournalError(.cannotOpen, "journal.path names \(oddity); give it a file", place: path)
    }
    guard BrokenFile.size(of: path) > 0 else {
      throw JournalError(.cannotOpen, "there is no journal yet; the gateway makes it at its first start", place: path)
    }
    let options = Options(limit: limit, bootID: "", machineID: "")
    let (database, memory, sums) = try load(path: path, options: options)
    guard let memory else {
      database.close()
      throw JournalError(.cannotOpen, "the journal is empty; the gateway fills it at its first start", place: path)
    }
    return Journal(path: path, options: options, database: database, memory: memory, sums: sums, recovery: nil)
  }

  /// Lets go of a journal that was only looked into.
  public func close() {
    isFinished = true
    database?.close()
    database = nil
  }
}

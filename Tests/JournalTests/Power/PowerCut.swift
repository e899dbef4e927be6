// What a disk may have when power goes, by what SQLite and POSIX promise and no more:
//
//   - what was written to a file before its last fsync is there;
//   - of what was written since, any sectors of 512 bytes are there, whatever their order was, also of several versions of a sector an
//     older one; a sector may be torn: its beginning is new, its end old;
//   - a file's size follows what is there; a truncation has happened, or has not, and later ones not without the earlier;
//   - that a file has a name, or another one, or none any more, is there once its folder was synced; before that any beginning of such
//     changes, in their order, as file systems with a log have it, or, for the worst of them, any of them, each name's own in its order.

/// A disk as the trace goes on: what is certain, and what isn't.
struct PowerCut {
  /// How the disk keeps its word.
  struct Disk {
    /// False: fsync returns at once and does nothing, as cheap adapters do it.
    var syncs = true
    /// Sectors are whole: what a disk's own error correction makes of them.
    var hasWholeSectors = false
    /// Names change in the order in which they were changed.
    var ordersNames = true
  }

  private enum Change {
    case write(offset: Int, bytes: ArraySlice<UInt8>)
    case truncate(size: Int)
  }

  private enum NameChange {
    case create(file: UInt, name: String)
    case rename(name: String, to: String)
    case unlink(name: String)
    var names: [String] {
      switch self {
      case .create(_, let name), .unlink(let name): [name]
      case .rename(let name, let other): [name, other]
      }
    }
  }

  static let sector = 512

  private let disk: Disk
  private var durable: [UInt: [UInt8]] = [:]
  private var pending: [UInt: [Change]] = [:]
  private var names: [String: UInt] = [:]
  private var pendingNames: [NameChange] = []

  init(_ beginning: [String: (file: UInt, bytes: [UInt8])], disk: Disk) {
    self.disk = disk
    for (name, entry) in beginning {
      names[name] = entry.file
      durable[entry.file] = entry.bytes
    }
  }

  mutating func apply(_ step: DiskTrace.Step) {
    switch step {
    case .create(let file, let name):
      durable[file] = durable[file] ?? []
      pendingNames.append(.create(file: file, name: name))
    case .rename(let name, let other): pendingNames.append(.rename(name: name, to: other))
    case .unlink(let name): pendingNames.append(.unlink(name: name))
    case .write(let file, let offset, let bytes):
      var start = 0
      while start < bytes.count {
        let end = min(bytes.count, start + Self.sector - (offset + start) % Self.sector)
        pending[file, default: []].append(.write(offset: offset + start, bytes: bytes[start..<end]))
        start = end
      }
    case .truncate(let file, let size): pending[file, default: []].append(.truncate(size: size))
    case .sync(let file):
      guard disk.syncs else { return }
      var bytes = durable[file] ?? []
      for change in pending[file] ?? [] { Self.perform(change, on: &bytes) }
      durable[file] = bytes
      pending[file] = nil
    case .syncFolder:
      guard disk.syncs else { return }
      for change in pendingNames { Self.perform(change, on: &names) }
      pendingNames = []
    }
  }

  /// The files as the next boot finds them.
  func remains(_ random: inout SeededGenerator) -> [String: [UInt8]] {
    let share = ([0, 0, 0.1, 0.5, 0.9, 1] as [Double]).randomElement(using: &random) ?? 0
    var found: [UInt: [UInt8]] = [:]
    // By number: the order of a dictionary is another one in every process.
    for file in durable.keys.sorted() { found[file] = content(of: file, keeping: share, &random) }
    var left = names
    let keepsAll = Bool.random(using: &random)
    if disk.ordersNames {
      let count = keepsAll ? pendingNames.count : Int.random(in: 0...pendingNames.count, using: &random)
      for change in pendingNames.prefix(count) { Self.perform(change, on: &left) }
    } else {
      var lost: Set<String> = []
      for change in pendingNames {
        if change.names.contains(where: lost.contains)
          || (!keepsAll && Double.random(in: 0..<1, using: &random) >= share)
        {
          lost.formUnion(change.names)
        } else {
          Self.perform(change, on: &left)
        }
      }
    }
    return left.mapValues { found[$0] ?? [] }
  }

  private func content(of file: UInt, keeping share: Double, _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = durable[file] ?? []
    let changes = pending[file] ?? []
    let truncations = changes.count { if case .truncate = $0 { true } else { false } }
    var left = Int.random(in: 0...truncations, using: &random)
    var some: [Change] = []
    func flush(_ random: inout SeededGenerator) {
      for change in some.shuffled(using: &random) { Self.perform(change, on: &bytes) }
      some = []
    }
    for change in changes {
      switch change {
      case .truncate:
        guard left > 0 else { continue }
        left -= 1
        flush(&random)
        Self.perform(change, on: &bytes)
      case .write(let offset, let written):
        guard Double.random(in: 0..<1, using: &random) < share else { continue }
        let isTorn = !disk.hasWholeSectors && Int.random(in: 0..<20, using: &random) == 0
        let count = isTorn ? Int.random(in: 0..<written.count, using: &random) : written.count
        some.append(.write(offset: offset, bytes: written.prefix(count)))
      }
    }
    flush(&random)
    return bytes
  }

  private static func perform(_ change: Change, on bytes: inout [UInt8]) {
    switch change {
    case .truncate(let size):
      if size < bytes.count { bytes.removeLast(bytes.count - size) }
      bytes += [UInt8](repeating: 0, count: size - bytes.count)
    case .write(let offset, let written):
      let end = offset + written.count
      if end > bytes.count { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
      bytes.replaceSubrange(offset..<end, with: written)
    }
  }

  private static func perform(_ change: NameChange, on names: inout [String: UInt]) {
    switch change {
    case .create(let file, let name): names[name] = file
    case .unlink(let name): names[name] = nil
    case .rename(let name, let other):
      if let file = names.removeValue(forKey: name) { names[other] = file }
    }
  }
}

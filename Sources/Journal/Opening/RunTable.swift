import Deflate
import Model

/// The tables `runs` and `boots`: what gives records their names and their times. Each row carries a checksum since schema 3, and all of
/// them are kept a second time in one row of `state`, so that one rotten page doesn't cost every record its name.
struct RunTable {
  let database: Database

  func insert(_ run: (ordinal: Int64, id: String)) throws(JournalError) {
    try database.run(
      "INSERT INTO runs (ordinal,id,crc) VALUES (?,?,?)",
      [.integer(run.ordinal), .text(run.id), .integer(Self.checksum(run: run.ordinal, run.id))], step: "note the run")
  }

  /// Also in place of what is known of the boot.
  func save(_ boot: Boot) throws(JournalError) {
    try database.run(
      "INSERT OR REPLACE INTO boots (ordinal,id,zero,utc,crc) VALUES (?,?,?,?,?)",
      [
        .integer(boot.ordinal), .text(boot.id), .integer(boot.zero),
        boot.utcAtZero.map { .integer($0.milliseconds) } ?? .null, .integer(Self.checksum(boot)),
      ], step: "note the boot")
  }

  func runs() throws(JournalError) -> [(ordinal: Int64, id: String)] {
    var runs: [(ordinal: Int64, id: String)] = []
    try database.query("SELECT ordinal,id,crc FROM runs ORDER BY ordinal", step: "read the runs") {
      row throws(JournalError) in
      let run = (ordinal: row.integer(0), id: row.text(1))
      guard row.isNull(2) || row.integer(2) == Self.checksum(run: run.ordinal, run.id) else { throw damaged("a run") }
      runs.append(run)
    }
    return runs
  }

  func boots() throws(JournalError) -> [Boot] {
    var boots: [Boot] = []
    try database.query("SELECT ordinal,id,zero,utc,crc FROM boots ORDER BY ordinal", step: "read the boots") {
      row throws(JournalError) in
      let boot = Boot(
        ordinal: row.integer(0), id: row.text(1), zero: row.integer(2),
        utcAtZero: row.isNull(3) ? nil : Timestamp(milliseconds: row.integer(3)))
      guard row.isNull(4) || row.integer(4) == Self.checksum(boot) else { throw damaged("a boot") }
      boots.append(boot)
    }
    return boots
  }

  private func damaged(_ what: String) -> JournalError {
    JournalError(
      .damaged, "the journal is damaged; it is set aside at the next start", cause: "\(what)'s row is damaged",
      place: database.path)
  }

  static func checksum(run ordinal: Int64, _ id: String) -> Int64 {
    var writer = PackedWriter()
    writer.write(ordinal)
    writer.write(id)
    return Int64(Checksum.crc32(writer.bytes))
  }

  static func checksum(_ boot: Boot) -> Int64 {
    var writer = PackedWriter()
    writer.write(boot)
    return Int64(Checksum.crc32(writer.bytes))
  }
}

/// The second copy of runs and boots.
struct RunCopy {
  static let name = "runs"
  /// The newest of each that it holds: a box that boots every minute must not make it long.
  private static let limit = 64

  var runs: [(ordinal: Int64, id: String)]
  var boots: [Boot]

  init(_ memory: Memory) {
    runs = memory.runs.suffix(Self.limit)
    boots = memory.boots.suffix(Self.limit)
  }

  init(packed: [UInt8]) throws(PackingError) {
    var reader = PackedReader(packed)
    (runs, boots) = ([], [])
    for _ in 0..<(try reader.unsigned()) { runs.append((try reader.signed(), try reader.string())) }
    for _ in 0..<(try reader.unsigned()) { boots.append(try reader.boot()) }
  }

  var packed: [UInt8] {
    var writer = PackedWriter()
    writer.write(UInt64(runs.count))
    for run in runs {
      writer.write(run.ordinal)
      writer.write(run.id)
    }
    writer.write(UInt64(boots.count))
    for boot in boots { writer.write(boot) }
    return writer.bytes
  }
}

extension PackedWriter {
  fileprivate mutating func write(_ boot: Boot) {
    write(boot.ordinal)
    write(boot.id)
    write(boot.zero)
    write(optional: boot.utcAtZero) { $0.write($1.milliseconds) }
  }
}

extension PackedReader {
  fileprivate mutating func boot() throws(PackingError) -> Boot {
    Boot(
      ordinal: try signed(), id: try string(), zero: try signed(),
      utcAtZero: try optional { reader throws(PackingError) in Timestamp(milliseconds: try reader.signed()) })
  }
}

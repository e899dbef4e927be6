import Config
import Journal
import Model
import Uplinks

// What `waypost journal` asks.
extension Daemon {
  func answer(_ request: JournalRequest, write: (_ chunk: [UInt8]) async throws -> Void) async throws {
    let kinds = await uplinks.kinds
    let desk = JournalDesk(gateway: setup.configuration.id, shelf: pipeline, kinds: kinds)
    switch request {
    case .summary: try await desk.summary(write)
    case .list(let selection): try await desk.list(selection, write)
    case .dead(let uplink): try await desk.dead(uplink, write)
    case .export(let selection): try await desk.export(selection, write)
    case .requeue(let uplink, let seqs): try await requeue(uplink, seqs, write)
    case .delivered(let carried):
      guard carried.gateway == setup.configuration.id else {
        throw JournalDesk.Refused("the file is of `\(carried.gateway)`, and this is `\(setup.configuration.id)`")
      }
      let result = try await pipeline.settle(carried, kinds: kinds[carried.uplink])
      try await write(
        ControlReply.success {
          $0.member("settled", Int(clamping: result.settled))
          $0.member("waiting", Int(clamping: result.waiting))
        })
    case .drop(let uplink, let evenConfigured):
      let dropped = try await pipeline.drop(uplink, evenConfigured: evenConfigured)
      try await write(
        ControlReply.success {
          $0.member("records", Int(clamping: dropped.records.total))
          $0.member("dead_letters", Int(clamping: dropped.deadLetters))
        })
    }
  }

  private func requeue(_ uplink: String?, _ seqs: [UInt64]?, _ write: (_ chunk: [UInt8]) async throws -> Void)
    async throws
  {
    let names = if let uplink { [uplink] } else { await uplinks.kinds.keys.sorted() }
    var results: [(name: String, result: Journal.Requeued)] = []
    for name in names { results.append((name, try await pipeline.requeue(uplink: name, seqs: seqs.map { Set($0) }))) }
    let unknown = results.reduce(Set(seqs ?? [])) { $0.intersection($1.result.unknown) }.sorted()
    let all = results
    try await write(
      ControlReply.success { writer in
        writer.key("uplinks")
        writer.beginArray()
        for (name, result) in all {
          writer.beginObject()
          writer.member("name", name)
          writer.member("requeued", result.count)
          writer.member("already", result.already)
          writer.member("damaged", result.damaged)
          writer.endObject()
        }
        writer.endArray()
        writer.key("unknown")
        writer.beginArray()
        for seq in unknown { writer.number(seq) }
        writer.endArray()
      })
  }
}

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
          $0.member("settled", result.settled)
          $0.member("waiting", result.waiting)
        })
    case .drop(let uplink, let evenConfigured):
      let dropped = try await pipeline.drop(uplink, evenConfigured: evenConfigured)
      try await write(
        ControlReply.success {
          $0.member("records", dropped.records.total)
          $0.member("dead_letters", dropped.deadLetters)
        })
    }
  }

  private func requeue(_ uplink: String?, _ seqs: [UInt64]?, _ write: (_ chunk: [UInt8]) async throws -> Void)
    async throws
  {
    let names = if let uplink { [uplink] } else { await uplinks.kinds.keys.sorted() }
    let wanted = seqs.map { Set($0) }
    var results: [(name: String, result: Journal.Requeued)] = []
    for name in names {
      results.append((name, try await pipeline.requeue(uplink: name) { wanted?.contains($0) ?? true }))
    }
    let unknown = results.reduce(wanted ?? []) { $0.subtracting($1.result.found) }.sorted()
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

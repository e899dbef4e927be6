import Journal
import Logging
import Model
import Uplinks

// Dead letters that were requeued.
extension Pipeline {
  func redelivery(of uplink: String) -> Redelivery {
    journal.redelivery(of: uplink)
  }

  func requeuedLetters(of uplink: String, after seq: UInt64, limit: Int) throws -> [StoredRecord] {
    try journal.requeuedLetters(
      of: uplink, after: seq, limit: limit, except: redelivered.waiting(uplink))
  }

  func redelivered(_ uplink: String, _ letters: Set<RecordIdentity>) {
    redelivered.add(letters, of: uplink, at: clocks.bootTime())
    arm()
  }

  /// Has dead letters of an uplink sent again. On disk when this returns.
  ///
  /// - Parameter isWanted: Says by its number which are meant.
  /// - Throws: where the configuration doesn't name the uplink, or the journal can't be written now.
  func requeue(uplink: String, where isWanted: @Sendable (UInt64) -> Bool) throws -> Journal.Requeued {
    // What was delivered or buried until now is no part of it.
    try commitAll()
    guard journal.isConfigured(uplink) else { throw UnknownUplink(name: uplink, known: journal.configuredUplinks) }
    let result = try journal.requeue(uplink: uplink, where: isWanted)
    guard result.count > 0 else { return result }
    logger.notice("dead letters requeued", metadata: ["uplink": "\(uplink)", "count": "\(result.count)"])
    bell.ring()
    return result
  }
}

/// The configuration names no such uplink.
struct UnknownUplink: Error, CustomStringConvertible {
  var name: String
  /// Those that it names, or that the journal knows.
  var known: [String]
  var isOfJournal = false

  var description: String {
    let hint = known.isEmpty ? "there is none" : "there are: \(known.joined(separator: ", "))"
    return (isOfJournal ? "the journal knows no uplink `\(name)`; " : "no uplink `\(name)` is configured; ") + hint
  }
}

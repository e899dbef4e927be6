import Journal
import Logging
import Model

extension Pipeline {
  /// Has the record copied before its uplink's cursor, which comes by `acknowledge`, passes it; both are of one transaction.
  func deadLetter(_ uplink: String, _ identity: RecordIdentity, reason: String) {
    let letter = DeadLetterDesk.Letter(uplink: uplink, identity: identity, reason: reason)
    do throws(JournalError) {
      try keep(letter)
    } catch {
      if error.code == .full {
        // As many as may wait for a commit do.
        commit(at: clocks.bootTime())
        do throws(JournalError) { return try keep(letter) } catch { return hold(letter, because: error) }
      }
      hold(letter, because: error)
    }
  }

  /// Before cursors are saved: what could not be copied may be possible now.
  func retryDeadLetters() {
    guard !deadLetters.waiting.isEmpty else { return }
    do throws(JournalError) {
      try deadLetters.retry { letter throws(JournalError) in try keep(letter) }
      logger.notice("refused records are kept now")
    } catch {
      logger.error(
        "refused records can't be kept yet",
        metadata: ["count": "\(deadLetters.waiting.count)", "error": "\(error)"])
    }
  }

  private func keep(_ letter: DeadLetterDesk.Letter) throws(JournalError) {
    let isKept = try journal.keepDeadLetter(
      uplink: letter.uplink, identity: letter.identity, reason: letter.reason)
    if !isKept {
      logger.error("refused record is not in the journal any more", metadata: metadata(letter))
    }
  }

  private func hold(_ letter: DeadLetterDesk.Letter, because error: JournalError) {
    var metadata = metadata(letter)
    metadata["error"] = "\(error)"
    if deadLetters.hold(letter) {
      logger.error("refused record not kept yet; the uplink's cursors wait for it", metadata: metadata)
    } else {
      logger.error(
        "refused record not kept; the uplink's cursors stand still until the gateway is restarted", metadata: metadata)
    }
  }

  private func metadata(_ letter: DeadLetterDesk.Letter) -> Logger.Metadata {
    [
      "uplink": "\(letter.uplink)", "journal": "\(letter.identity.journal)", "seq": "\(letter.identity.seq)",
      "reason": "\(letter.reason)",
    ]
  }
}

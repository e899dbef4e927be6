import Journal
import Logging
import Model
import Synchronization

// A command is carried out before anything else is taken from the mailbox, so that nothing is settled beside what is to be sent again, and
// so that two with one id come one after the other.
extension UplinkLoop {
  mutating func carryOut(_ command: ServerCommand, now: BootTime) async {
    switch commandGate.judge(now: now) {
    case .take: break
    case .refuse(let wait): return tooMany(command.reply, command.id, wait)
    case .ignore: return noteDropped(1)
    }
    status.commandsTaken += 1
    let outcome = await outcome(of: command)
    if let reopening = outcome.reopening { delivery.reopen(reopening) }
    let metadata: Logger.Metadata = ["command": "\(command.name)", "id": "\(command.id.text)"]
    if let error = outcome.answer.error {
      uplink.logger.warning("command refused", metadata: metadata.merging(["reason": "\(error)"]) { $1 })
    } else {
      uplink.logger.notice("command carried out", metadata: metadata)
    }
    link?.respond(outcome.answer.message(id: command.id), to: command.reply)
  }

  private mutating func outcome(of command: ServerCommand) async -> CommandOutcome {
    let allowed = uplink.configuration.commands
    guard allowed != .none, let taker = uplink.commands else {
      return CommandOutcome(
        CommandAnswer(
          error: "this gateway takes no commands from here; `commands` of the uplink says which it does", known: []))
    }
    // What has been delivered until now counts as such; what comes back into the cursors comes after it.
    await settle()
    return await taker.take(command, from: uplink.name, allowed: allowed)
  }

  mutating func refuse(_ reply: CommandReply, _ answer: [UInt8], now: BootTime) {
    switch commandGate.judge(now: now) {
    case .take: link?.respond(answer, to: reply)
    case .refuse(let wait): tooMany(reply, nil, wait)
    case .ignore: noteDropped(1)
    }
  }

  /// The gate says so once in a few seconds, however many come.
  private mutating func tooMany(_ reply: CommandReply, _ id: CommandID?, _ wait: Interval) {
    noteDropped(1)
    uplink.logger.warning("commands beyond the rate turned away", metadata: ["count": "\(untoldDrops)"])
    untoldDrops = 0
    let answer = CommandAnswer(
      error: "too many commands; give it again after \(max(1, Int(wait.seconds.rounded(.up)))) s")
    link?.respond(answer.message(id: id), to: reply)
  }

  mutating func noteDropped(_ count: Int) {
    untoldDrops += count
    status.commandsDropped += UInt64(count)
  }
}

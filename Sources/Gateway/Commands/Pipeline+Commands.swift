import Config
import Inputs
import Journal
import Logging
import Model
import Rules
import Uplinks

extension Pipeline: CommandTaker {
  func take(_ command: ServerCommand, from uplink: String, allowed: CommandPermission) -> CommandOutcome {
    guard !isClosed, starting == nil, failure == nil else {
      return refused("the gateway is starting or ending; give it again")
    }
    drain()
    let names = commandNames(allowed)
    guard names.contains(command.name) else { return unknown(command.name, allowed, names) }
    // Nothing comes of it but its answer.
    if command.name == OwnCommand.status.rawValue { return status(for: command) }
    let key = CommandBook.Key(uplink: uplink, id: command.id.key)
    switch commands.find(key, command) {
    case .unknown: break
    case .other:
      return refused(
        "the id `\(command.id.text)` was given to another command within \(Int(CommandBook.memory.seconds / 86_400)) days; give each command an id of its own"
      )
    case .waiting(let answer): return isOnDisk ? CommandOutcome(answer) : notYet
    case .carriedOut: return repeated(key)
    }
    // Where nothing waits, the command itself tries whether the disk takes it.
    if commitError != nil, !batch.isEmpty, !isOnDisk {
      return refused("nothing can be kept now, so nothing was done: \(commitError ?? "the gateway is ending")")
    }
    guard !batch.isFull else { return refused("the gateway can't keep up with its journal; give it again later") }
    return switch OwnCommand(rawValue: command.name) {
    case .resend: resend(command, key: key)
    case .requeue: requeue(command, key: key)
    case .status, nil: tellRules(command, key: key)
    }
  }

  /// What may be given, in the order of the reference and of the rule files.
  private func commandNames(_ allowed: CommandPermission) -> [String] {
    let own = OwnCommand.allCases.map(\.rawValue)
    return (own + engine.commandNames.filter { !own.contains($0) }).filter { allowed.allows($0) }
  }

  private func unknown(_ name: String, _ allowed: CommandPermission, _ names: [String]) -> CommandOutcome {
    let remedy = Suggestion.closest(name, in: names).map { "; did you mean `\($0)`?" } ?? ""
    let isThere = OwnCommand(rawValue: name) != nil || engine.commandNames.contains(name)
    let what =
      isThere ? "the command `\(name)` isn't among those that may be given from here" : "there is no command `\(name)`"
    return CommandOutcome(CommandAnswer(error: what + remedy, known: Array(names.prefix(100))))
  }

  private func refused(_ why: String) -> CommandOutcome { CommandOutcome(CommandAnswer(error: why)) }

  private var notYet: CommandOutcome {
    refused(
      "it was taken and isn't on disk yet, so that it may still come to nothing; give it again with the same id: \(commitError ?? "the gateway is ending")"
    )
  }

  /// Commits what waits; whether all of it is on disk.
  private var isOnDisk: Bool {
    do {
      try commitAll()
      return true
    } catch {
      return false
    }
  }

  private func repeated(_ key: CommandBook.Key) -> CommandOutcome {
    do {
      guard let value = try journal.note(of: CommandBook.kind, key.row)?.value else {
        return refused("it was carried out before; what came of it can't be read any more")
      }
      return CommandOutcome(try CommandBook.answer(in: value))
    } catch {
      return refused("it was carried out before; what came of it can't be read now: \(error)")
    }
  }

  // MARK: Rules' commands

  private func tellRules(_ command: ServerCommand, key: CommandBook.Key) -> CommandOutcome {
    if let why = engine.objection(to: command.arguments, of: command.name) { return refused(why) }
    let now = clocks.bootTime()
    let before = batch.records.count
    feed(
      .system(.command(name: command.name, id: command.id.text, arguments: command.arguments)), bootTime: now)
    batch.append(engine.takeChangedState(), at: now)
    let events = batch.records[before...].compactMap { record -> String? in
      if case .event(let event) = record.body { event.id } else { nil }
    }
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("events")
    writer.beginArray()
    for id in events.prefix(100) { writer.string(id) }
    writer.endArray()
    writer.endObject()
    let answer = CommandAnswer(result: writer.bytes)
    batch.append(notes: commands.note(key, command, answer, at: clock.last), at: now)
    return isOnDisk ? CommandOutcome(answer) : notYet
  }

  // MARK: resend

  private func resend(_ command: ServerCommand, key: CommandBook.Key) -> CommandOutcome {
    let range: ClosedRange<UInt64>
    switch CommandRange.read(from: command) {
    case .success(let found): range = found
    case .failure(let problem): return refused(problem.text)
    }
    do {
      // First of all what else waits: of the rest nothing can be left over.
      try commitAll()
      guard let reopening = try journal.reopening(of: range, for: key.uplink, moved: cursors.waiting(key.uplink)) else {
        return refused("too much is being sent in too many pieces already; give it again later")
      }
      let answer = CommandAnswer(
        result: ResendAnswer.result(range, reopening, kept: try journal.statistics().firstSequence))
      let now = clocks.bootTime()
      batch.append(notes: commands.note(key, command, answer, at: clock.stamp(bootTime: now)), at: now)
      batch.append(reopening, at: now)
      cursors.reopen(reopening)
      do {
        try commitAll()
      } catch {
        // It must not be done later, when the uplink has settled on.
        batch.dropReopenings()
        commands.forget(key)
        throw error
      }
      return CommandOutcome(answer, reopening: reopening)
    } catch {
      return refused("\(error)")
    }
  }

  // MARK: requeue

  /// The letters are on disk before the answer is: killed in between, the gateway is asked once more, and finds them requeued already.
  private func requeue(_ command: ServerCommand, key: CommandBook.Key) -> CommandOutcome {
    let range: ClosedRange<UInt64>?
    switch CommandRange.readOptional(from: command) {
    case .success(let found): range = found
    case .failure(let problem): return refused(problem.text)
    }
    do {
      let requeued = try requeue(uplink: key.uplink) { range?.contains($0) ?? true }
      var writer = JSONWriter()
      writer.beginObject()
      writer.member("requeued", requeued.count)
      writer.member("already", requeued.already)
      writer.member("damaged", requeued.damaged)
      writer.endObject()
      let answer = CommandAnswer(result: writer.bytes)
      let now = clocks.bootTime()
      batch.append(notes: commands.note(key, command, answer, at: clock.stamp(bootTime: now)), at: now)
      return isOnDisk ? CommandOutcome(answer) : notYet
    } catch {
      return refused("\(error)")
    }
  }

  // MARK: status

  private func status(for command: ServerCommand) -> CommandOutcome {
    guard command.arguments.isEmpty else { return refused("`status` takes no `args`") }
    var writer = JSONWriter()
    do {
      let health = try healthNow(at: clocks.bootTime())
      writer.beginObject()
      JSONHealth.uptime(of: health, to: &writer)
      JSONHealth.append(health, to: &writer)
      writer.endObject()
    } catch {
      return refused("the journal can't be read now: \(error)")
    }
    return CommandOutcome(CommandAnswer(result: writer.bytes))
  }
}

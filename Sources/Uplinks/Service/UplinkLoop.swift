import Journal
import Logging
import Model
import Synchronization
import Trust

/// What `Uplink.run` has in its hands while it runs.
struct UplinkLoop {
  private static let statusEvery = Interval.minutes(5)
  private static let clockEvery = Interval.seconds(1)
  private static let readRetry = Interval.seconds(1)
  private static let farewellLimit = Interval.seconds(1)

  let uplink: Uplink
  var delivery: Delivery
  /// What others see of it with the next `share`, as a whole: never an error beside the state of before.
  var status: UplinkStatus
  private var encoder: any RecordEncoder
  var link: (any Link)?
  var commandGate = CommandGate()
  /// Commands turned away since the log last told of any.
  var untoldDrops = 0
  private var linkNumber: UInt64 = 0
  private var journal = JournalHead(journal: "", lastSequence: 0)
  private var statusDue: BootTime?
  /// In this connection.
  private var hasPublishedStatus = false
  private var readAgainAt: BootTime?
  private var stopBy: BootTime?
  private var isSayingFarewell = false
  /// The last attempt failed for a certificate's time; it is the clock's fault perhaps.
  private var clockWait: ClockWait?

  init(_ uplink: Uplink, cursors: LaneCursors) {
    self.uplink = uplink
    status = uplink.status
    delivery = Delivery(
      settings: uplink.configuration.settings, cursors: cursors, seed: .random(in: .min ... .max))
    encoder = uplink.configuration.format.encoder(gateway: uplink.gateway.id)
  }

  mutating func run() async {
    uplink.logger.info("uplink started", metadata: ["destination": "\(uplink.configuration.transport.destination)"])
    await refreshHead()
    await perform(delivery.start(now: .now()))
    while true {
      retryIfClockWasSet()
      let now = BootTime.now()
      await perform(delivery.advance(to: now))
      await pump()
      await settle()
      publishStatus()
      share()
      if isStopped() { break }
      let mail = await uplink.mailbox.next(until: deadline(after: now))
      await take(mail)
      // What is read and sent next may take a while.
      share()
    }
    // A link that didn't end in time, perhaps in the midst of resolving a name, ends by itself.
    await perform(delivery.closed(.local("stopped"), now: .now()))
    await settle()
    share()
    uplink.logger.info("uplink stopped", metadata: ["head": "\(journal.lastSequence)"])
  }

  private mutating func take(_ mail: Mailbox.Mail) async {
    if mail.hasNewRecords { await refreshHead() }
    if mail.wantsStatus, statusDue != nil || hasPublishedStatus { statusDue = .now() }
    if mail.droppedCommands > 0 { noteDropped(mail.droppedCommands) }
    for (number, event) in mail.events where number == linkNumber { await take(event) }
    if let stopBy = mail.stopBy {
      self.stopBy = min(self.stopBy ?? stopBy, stopBy)
      // The news of the last commit may still be on its way.
      await refreshHead()
      delivery.drain()
    }
  }

  private mutating func take(_ event: LinkEvent) async {
    let now = BootTime.now()
    switch event {
    case .up(let capabilities, let detail):
      await refreshHead()
      // Others may have settled some meanwhile: a courier, or the records' age.
      delivery.join(await uplink.source.cursors(of: uplink.name))
      delivery.connected(capabilities, head: journal.lastSequence, now: now)
      statusDue = now
      status.link = detail
      status.connections += 1
      uplink.logger.notice("uplink connected", metadata: ["protocol": "\(detail)"])
      await uplink.source.linkChanged(uplink.name, isUp: true)
    case .held(let why):
      delivery.hold()
      status.lastError = why
      uplink.logger.notice("uplink held", metadata: ["reason": "\(why)"])
    case .acknowledged(let id, let unheard):
      await perform(delivery.acknowledged(id, unheard: unheard))
    case .refused(let id, let refusal):
      status.lastError = "message refused: \(refusal.text)"
      uplink.logger.warning("message refused", metadata: ["message": "\(id)", "reason": "\(refusal.text)"])
      await perform(delivery.refused(id, refusal, now: now))
    case .acknowledgedRecords(let range):
      await perform(delivery.acknowledged(records: range))
    case .refusedRecord(let seq, let reason):
      status.lastError = "record refused: \(reason)"
      uplink.logger.warning("record refused", metadata: ["seq": "\(seq)", "reason": "\(reason)"])
      await perform(delivery.refused(record: seq, reason: reason))
    case .strays(let count):
      delivery.strayed(count)
      uplink.logger.warning("answers that fit nothing", metadata: ["count": "\(count)"])
    case .command(let command): await carryOut(command, now: now)
    case .unreadableCommand(let reply, let answer): refuse(reply, answer, now: now)
    case .carried(let sent, let received):
      delivery.carried(sent &+ received)
      await uplink.source.carried(uplink.name, sent: sent, received: received)
    case .secured(let tls):
      status.tls = (status.tls ?? TLSStatus()).followed(by: tls)
    case .notice(let text):
      uplink.logger.warning("uplink notice", metadata: ["notice": "\(text)"])
    case .down(let closure):
      await wentDown(closure, now: now)
    }
  }

  private mutating func wentDown(_ closure: Closure, now: BootTime) async {
    let wasUp = delivery.isUp || isSayingFarewell
    let hadLink = status.link != nil
    status.link = nil
    link = nil
    statusDue = nil
    hasPublishedStatus = false
    await perform(delivery.closed(closure, now: now))
    guard stopBy == nil else {
      if hadLink { await uplink.source.linkChanged(uplink.name, isUp: false) }
      return
    }
    status.lastError = closure.text
    clockWait =
      status.tls?.failure?.dependsOnClock == true
      ? ClockWait(offset: TrustedTime.offset, wasTrusted: uplink.isClockTrusted()) : nil
    var metadata: Logger.Metadata = ["reason": "\(closure.text)"]
    if case .waiting(let until) = delivery.state { metadata["retry_in_seconds"] = "\((until - now).seconds)" }
    if hadLink {
      uplink.logger.warning("uplink disconnected", metadata: metadata)
      await uplink.source.linkChanged(uplink.name, isUp: false)
    } else if !wasUp {
      uplink.logger.warning("uplink can't connect", metadata: metadata)
    }
  }

  /// What failed by a wrong clock is tried at once when that is set, however long it was to wait.
  private mutating func retryIfClockWasSet() {
    guard let wait = clockWait, case .waiting = delivery.state,
      wait.isOver(offset: TrustedTime.offset, isTrusted: uplink.isClockTrusted())
    else { return }
    clockWait = nil
    uplink.logger.notice("the clock was set: the server's certificate is looked at again")
    delivery.retry(now: .now())
  }

  private mutating func perform(_ actions: [DeliveryAction]) async {
    for action in actions {
      switch action {
      case .connect:
        let transport = uplink.configuration.transport
        let number = transport.numbersConnections ? await uplink.source.connecting(uplink.name) : linkNumber
        linkNumber += 1
        link = transport.open(for: uplink.configuration.format, number: number) {
          [mailbox = uplink.mailbox, linkNumber] event in
          mailbox.post(event, from: linkNumber)
        }
      case .close(let reason):
        link?.close(reason: reason, farewell: nil)
      case .deadLetter(let identity, let reason):
        uplink.logger.error(
          "record refused for good",
          metadata: ["journal": "\(identity.journal)", "seq": "\(identity.seq)", "reason": "\(reason)"])
        await uplink.source.deadLetter(uplink.name, identity, reason: reason)
      case .raise(let alarm):
        uplink.logger.critical(
          "uplink needs attention", metadata: ["alarm": "\(alarm.code)", "detail": "\(alarm.text)"])
      case .clearAlarm:
        uplink.logger.notice("uplink recovered")
      }
    }
  }

  /// Tells what the server has; whoever learns of it from the journal finds it in the status.
  mutating func settle() async {
    if let cursors = delivery.takeCursors() {
      share()
      await uplink.source.acknowledge(uplink.name, cursors)
    }
    if let done = delivery.takeRedelivered() { await uplink.source.redelivered(uplink.name, done) }
  }

  /// Reads and sends all that may go now.
  private mutating func pump() async {
    if let again = readAgainAt, .now() < again { return }
    readAgainAt = nil
    await settle()
    if delivery.wantsRedelivery { delivery.take(await uplink.source.redelivery(of: uplink.name)) }
    while let link, delivery.isUp, !isSayingFarewell {
      var hasMoved = false
      while let request = delivery.nextRead() {
        do {
          delivery.supply(try await read(request), for: request, now: .now())
          hasMoved = true
        } catch {
          delivery.readFailed(request)
          readAgainAt = .now() + Self.readRetry
          uplink.logger.error("journal not readable", metadata: ["error": "\(error)"])
          return
        }
      }
      let now = BootTime.now()
      while let message = delivery.nextMessage(now: now, into: &encoder) {
        link.send(message, payload: encoder.finish())
        hasMoved = true
      }
      guard hasMoved else { return }
    }
  }

  private func read(_ request: ReadRequest) async throws -> [StoredRecord] {
    if request.isOfLetters {
      return try await uplink.source.requeuedLetters(
        of: uplink.name, after: request.range.lowerBound - 1, limit: request.limit)
    }
    return try await uplink.source.read(
      Journal.Query(lanes: request.lanes, range: request.range, limit: request.limit, byteLimit: 256 << 10))
  }

  private mutating func refreshHead() async {
    let known = journal.revision
    journal = await uplink.source.head()
    delivery.headMoved(to: journal.lastSequence)
    guard journal.revision != known, delivery.isUp else { return }
    delivery.join(await uplink.source.cursors(of: uplink.name))
    await settle()
    delivery.take(await uplink.source.redelivery(of: uplink.name))
  }

  private mutating func publishStatus() {
    guard let due = statusDue, let link, delivery.isUp, !isSayingFarewell else { return }
    let now = BootTime.now()
    guard now >= due else { return }
    // What changes it otherwise is told at once; the rest isn't worth the money.
    statusDue = uplink.configuration.settings.allowance == nil ? now + Self.statusEvery : nil
    hasPublishedStatus = true
    link.publish(status: statusBytes(isOnline: true, now: now))
  }

  private func statusBytes(isOnline: Bool, now: BootTime) -> [UInt8] {
    JSONStatus.bytes(
      GatewayStatus(
        gateway: uplink.gateway.id, version: uplink.gateway.version, configuration: uplink.gateway.configuration,
        journal: journal.journal, low: delivery.cursors, head: journal.lastSequence, uptime: now - .zero,
        clock: uplink.isClockTrusted() ? .synchronised : .unsynchronised, isOnline: isOnline))
  }

  private mutating func share() {
    status.state = delivery.state
    status.alarm = delivery.alarm
    status.inFlight = delivery.unansweredRecords
    status.counters = delivery.counters
    status.cursors = delivery.cursors
    status.head = delivery.head
    uplink.shared.withLock { $0 = status }
  }

  /// - Parameter now: of the last `advance`: what fell due since then must not be slept through.
  private func deadline(after now: BootTime) -> BootTime? {
    let isServing = delivery.isUp && !isSayingFarewell
    let clockDue = clockWait == nil ? nil : BootTime.now() + Self.clockEvery
    return [delivery.nextDeadline(after: now), isServing ? statusDue : nil, readAgainAt, stopBy, clockDue]
      .compactMap { $0 }.min()
  }

  /// True when there is nothing left to wait for.
  private mutating func isStopped() -> Bool {
    guard let stopBy else { return false }
    guard let link else { return true }
    let now = BootTime.now()
    if isSayingFarewell { return now >= stopBy }
    guard delivery.isDrained || now >= stopBy else { return false }
    isSayingFarewell = true
    statusDue = nil
    self.stopBy = now + Self.farewellLimit
    link.close(
      reason: "stopping", farewell: delivery.isUp ? statusBytes(isOnline: false, now: now) : nil)
    return false
  }
}

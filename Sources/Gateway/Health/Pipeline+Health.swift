import Inputs
import Journal
import Logging
import Model
import Rules
import Uplinks

extension Pipeline {
  /// Feeds what rules read of the box, and makes a `health` record where one is due.
  func checkHealth(at now: Int64) {
    if health.readsNow(at: now) { feedBox(at: now) }
    let time = clock.time(at: now)
    guard health.isDue(at: time) else { return }
    do throws(JournalError) {
      let told = try healthNow(at: now)
      let stamped = clock.stamp(bootTime: now)
      batch.append(
        Record(time: stamped, timestamp: trust.utcAtZero.map { $0 + (stamped - .zero) }, body: .health(told)), at: now)
      batch.append(notes: [health.told(at: stamped)], at: now)
    } catch {
      logger.error("health not told", metadata: ["error": "\(error)"])
      // With the next one.
      _ = health.told(at: time)
    }
  }

  /// Only what some rule or policy reads: the rest would be records that nobody asked for.
  private func feedBox(at now: Int64) {
    let wanted = engine.boxSignals
    guard !wanted.isEmpty else { return }
    let facts = box()
    let values: [(String, Double?)] = [
      ("disk_free", facts.diskFree.map { Double($0) }), ("memory_free", facts.memoryFree.map { Double($0) }),
      ("temperature", facts.temperature),
    ]
    for (metric, value) in values where wanted.contains(metric) {
      guard let value else { continue }
      feed(
        .reading(device: "system", metric: metric, value: .number(value), quality: .good), bootTime: now)
    }
  }

  /// How the gateway is at this moment.
  func healthNow(at now: Int64) throws(JournalError) -> Health {
    let statistics = try journal.statistics()
    let facts = box()
    let today = day
    return Health(
      version: identity.version, configuration: identity.configuration, uptime: Interval(nanoseconds: now),
      running: Interval(nanoseconds: now - startedAt), isClockTrusted: trust.utcAtZero != nil, diskFree: facts.diskFree,
      memory: facts.memory, memoryFree: facts.memoryFree, temperature: facts.temperature,
      journalBytes: UInt64(clamping: statistics.bytes), journalLimit: UInt64(clamping: statistics.limit),
      deadLetters: statistics.deadLetters.kept,
      uplinks: statistics.uplinks.filter(\.isConfigured).map { uplink in
        Health.Uplink(
          name: uplink.name, isUp: linksUp.contains(uplink.name), waiting: uplink.depth.total,
          bytesToday: traffic.today(uplink.name, day: today)?.total ?? 0)
      })
  }

  /// Days since 1970-01-01, UTC; `nil` while the clock is not trusted.
  var day: Int64? {
    trust.utcAtZero.map { ($0 + (clock.last - .zero)).milliseconds / 86_400_000 }
  }

  /// What went over an uplink's sockets since it was last told. Asynchronous, as the protocol has it, so that its default isn't taken instead.
  func carried(_ uplink: String, sent: UInt64, received: UInt64) async {
    traffic.add(uplink, sent: sent, received: received, day: day)
  }

  /// Rows of what was carried, once a minute.
  func noteTraffic(at now: Int64, force: Bool = false) {
    guard force || now >= trafficDue else { return }
    trafficDue = now + HealthClock.readEvery
    batch.append(notes: traffic.takeRows(), at: now)
  }
}

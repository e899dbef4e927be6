import Trust
import Model
import Uplinks

/// Connects to a server once, while no gateway does, with the very settings that the gateway will use, and hangs up.
struct UplinkTrial: Sendable {
  /// A resolver that gets no answer takes 10 s; some air for TLS over a slow link.
  static let limit = Duration.seconds(20)

  let configuration: UplinkConfiguration

  func run() async -> [Finding] {
    let (events, continuation) = AsyncStream.makeStream(of: LinkEvent.self, bufferingPolicy: .bufferingOldest(64))
    let link = configuration.transport.taking(.none).open(for: configuration.format, number: 0) { event in
      continuation.yield(event)
    }
    let clock = Task {
      try await ContinuousClock().sleep(for: Self.limit)
      continuation.finish()
    }
    defer { clock.cancel() }
    var finding: Finding?
    var failure: TLSFailure?
    var days: Int?
    for await event in events {
      switch event {
      case .up(_, let detail):
        finding = .good(topic, "\(destination) takes us (\(detail))")
        link.close(reason: "examined", farewell: nil)
      case .held(let why):
        finding = .good(topic, "\(destination) takes us, and \(why)")
        link.close(reason: "examined", farewell: nil)
      case .down(let closure):
        if finding == nil {
          finding =
            failure.map { .fault(topic, "\(destination): \($0.message)", remedy: $0.remedy) } ?? self.finding(closure)
        }
        continuation.finish()
      case .secured(let tls):
        failure = tls.failure
        days = tls.certificateDays(at: WallClock.now.milliseconds / 1000) ?? days
      case .acknowledged, .acknowledgedRecords, .refused, .refusedRecord, .strays, .notice, .carried, .command,
        .unreadableCommand:
        break
      }
    }
    if finding == nil { link.close(reason: "examined", farewell: nil) }
    let silence = Finding.fault(
      topic, "\(destination) doesn't answer within \(Self.limit.components.seconds) s", remedy: Self.network)
    return [finding ?? silence] + [Self.certificate(topic, days: days)].compactMap { $0 }
  }

  /// What is to be said of the box's own certificate, with so many days left; `nil` where it has none, or enough.
  static func certificate(_ topic: String, days: Int?) -> Finding? {
    guard let days, days < 30 else { return nil }
    let remedy = "renew it, put it in the place of the old one, then `waypost reload`"
    return days < 0
      ? .fault(topic, "the box's own certificate has expired", remedy: remedy)
      : .warning(topic, "the box's own certificate ends in \(days) days", remedy: remedy)
  }

  private var topic: String { "uplink \(configuration.name)" }
  private var destination: String { configuration.transport.destination }

  static let network = "is the network up, the address right, and the port open in every firewall on the way?"

  private func finding(_ closure: Closure) -> Finding {
    switch closure {
    case .notAuthorized(let text):
      .fault(
        topic, "\(destination): \(text)", remedy: "are user name, password and certificate those that the server knows?"
      )
    case .garbage(let text):
      .fault(topic, "\(destination): \(text)", remedy: "is that the right port, and does it want TLS?")
    case .takenOver(let text):
      .fault(
        topic, "\(destination): \(text)", remedy: "another gateway uses the same id: give each its own under `gateway`")
    case .peer(let text), .local(let text): .fault(topic, "\(destination): \(text)", remedy: Self.network)
    }
  }
}

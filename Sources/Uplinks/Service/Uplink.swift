public import Logging
public import Model
import Journal
import Synchronization

/// Who sends, as the status says it.
public struct GatewayIdentity: Sendable, Equatable {
  public var id: String
  /// Waypost's version.
  public var version: String
  /// Fingerprint of the configuration in force.
  public var configuration: String?
  /// What its records may speak of.
  public var inventory: UplinkInventory

  public init(id: String, version: String, configuration: String?, inventory: UplinkInventory = UplinkInventory()) {
    self.id = id
    self.version = version
    self.configuration = configuration
    self.inventory = inventory
  }
}

/// One uplink at work: the shell around a `Delivery`, which it feeds with records, events and the time, and whose wishes it carries out.
public final class Uplink: Sendable {
  public let name: String
  let configuration: UplinkConfiguration
  let source: any RecordSource
  let commands: (any CommandTaker)?
  let identity: Mutex<GatewayIdentity>
  let isClockTrusted: @Sendable () -> Bool
  let logger: Logger
  let mailbox = Mailbox()
  let shared: Mutex<UplinkStatus>

  /// - Parameters:
  ///   - commands: who carries out what servers ask for; `nil`: nobody does.
  ///   - isClockTrusted: whether the wall clock can be relied on now; for the status.
  public init(
    _ configuration: UplinkConfiguration, gateway: GatewayIdentity, source: any RecordSource,
    commands: (any CommandTaker)? = nil, isClockTrusted: @escaping @Sendable () -> Bool, logger: Logger
  ) {
    name = configuration.name
    self.configuration = configuration
    identity = Mutex(gateway)
    self.source = source
    self.commands = commands
    self.isClockTrusted = isClockTrusted
    var logger = logger
    logger[metadataKey: "uplink"] = "\(configuration.name)"
    self.logger = logger
    configuration.transport.learn(gateway.inventory)
    shared = Mutex(UplinkStatus(name: configuration.name, destination: configuration.transport.destination))
  }

  var gateway: GatewayIdentity { identity.withLock { $0 } }

  /// Another configuration is in force, which leaves this uplink as it is: the server is told.
  public func configurationChanged(to fingerprint: String?, inventory: UplinkInventory) {
    let isNews = identity.withLock { identity in
      identity.configuration = fingerprint
      defer { identity.inventory = inventory }
      return identity.inventory != inventory
    }
    if isNews { configuration.transport.learn(inventory) }
    mailbox.wantStatus()
  }

  /// How it is now.
  public var status: UplinkStatus { shared.withLock { $0 } }

  /// Delivers until `stop` or cancellation. An absent server is no error; it tries again for ever.
  public func run() async {
    let commits = Task { [mailbox, source] in
      for await _ in source.commits() { mailbox.newRecords() }
    }
    defer {
      commits.cancel()
      mailbox.close()
    }
    await withTaskCancellationHandler {
      var loop = UplinkLoop(self, cursors: await source.cursors(of: name))
      await loop.run()
    } onCancel: {
      mailbox.stop(by: .now())
    }
  }

  /// Ends in good order: what was appended is sent and its answers awaited for so long at most, then the server is told and `run`
  /// returns, about a second later at the latest.
  public func stop(within limit: Interval) { mailbox.stop(by: .now() + limit) }
}

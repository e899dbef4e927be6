import Foundation
import Glibc

/// Reads along in a relay, and changes what passes.
protocol Meddler: AnyObject, Sendable {
  /// Bytes that came from one side: what goes on to the other, and what goes back at once.
  func pass(_ bytes: [UInt8], _ direction: TCPProxy.Direction, of connection: Int) -> (onward: [UInt8], back: [UInt8])
  /// What was held back from the client and may go now.
  func due(for connection: Int) -> [UInt8]
}

/// A TCP relay that can fail as links do, and that notes what went through.
final class TCPProxy: @unchecked Sendable {
  enum Direction: Hashable, Sendable, CaseIterable { case toServer, toClient }

  /// What the link does at the moment.
  enum Link: Hashable, Sendable {
    case up
    /// Existing connections are reset, new ones too.
    case cut
    /// Half open: what goes that way is taken and thrown away, as by a router that forgot the connection. New connections alike.
    case swallow(Set<Direction>)
    /// Nothing is read that way; what was under way arrives after `restore`.
    case stall(Set<Direction>)
  }

  /// Bytes that went on to the client, and when.
  struct Passed: Sendable {
    var connection: Int
    var time: Instant
    var bytes: [UInt8]
  }

  let port: Int
  private let meddler: (any Meddler)?
  private var upstream: Int
  private let patience: Double
  private let listener: Int32
  private let lock = NSLock()
  private var link = Link.up
  private var stopped = false
  private var resetRequested = false
  private var deafenRequested = false
  private var passedToClient: [Passed] = []
  private var read: [Direction: Int] = [:]
  private var opened = 0
  private var open = 0
  private var asked = 0
  private var applied = 0

  /// Relays to `upstream`. A connection that comes before the server is there waits up to `patience` seconds for it.
  init(
    to upstream: Int, in bench: Bench, patience: Double = 0, keepsWhatPassed: Bool = false,
    meddler: (any Meddler)? = nil
  ) throws {
    self.meddler = meddler
    self.upstream = upstream
    self.patience = patience
    (listener, port) = try Socket.listen()
    let keeps = keepsWhatPassed
    let thread = Thread { [self] in relay(keeps: keeps) }
    thread.start()
    bench.atEnd { [self] in lock.withLock { stopped = true } }
  }

  /// Changes the link, and returns when the change holds. `cut` resets; leaving `swallow` resets too, since the streams have holes.
  func set(_ new: Link) {
    apply {
      if case .swallow = link { resetRequested = true }
      if new == .cut { resetRequested = true }
      link = new
    }
  }

  private func apply(_ change: () -> Void) {
    let number = lock.withLock {
      change()
      asked += 1
      return asked
    }
    while lock.withLock({ applied < number && !stopped }) { poll(nil, 0, 1) }
  }

  func restore() { set(.up) }

  /// Resets what is connected now and lets new connections through.
  func dropConnections() { apply { resetRequested = true } }

  /// From now on everything on the existing connections is taken and thrown away, both ways, without a word; new ones work.
  func deafen() { apply { deafenRequested = true } }

  /// Where new connections go from now on.
  func lead(to port: Int) { apply { upstream = port } }

  /// What the client was given so far.
  var passed: [Passed] { lock.withLock { passedToClient } }
  /// Bytes that came in that way since it began, whatever became of them.
  func carried(_ direction: Direction) -> Int { lock.withLock { read[direction, default: 0] } }

  /// Connections so far.
  var connections: Int { lock.withLock { opened } }

  /// Both sides have ended every connection, and all that they said has gone on.
  var isIdle: Bool { lock.withLock { open == 0 } }

  private struct Pair {
    var number: Int
    var client: Int32
    var server: Int32?
    var isConnected = false
    var isDeaf = false
    var giveUp: Instant
    var pending: [Direction: [UInt8]] = [.toServer: [], .toClient: []]
    var ended: Set<Direction> = []
  }

  private func relay(keeps: Bool) {
    var pairs: [Pair] = []
    func drop(_ pair: Pair) {
      Socket.reset(pair.client)
      if let server = pair.server { Socket.reset(server) }
    }
    while true {
      let (link, stop, reset, deafen, seen) = lock.withLock {
        defer {
          resetRequested = false
          deafenRequested = false
        }
        return (self.link, stopped, resetRequested, deafenRequested, asked)
      }
      if deafen { for index in pairs.indices { pairs[index].isDeaf = true } }
      if reset || stop {
        pairs.forEach(drop)
        pairs = []
      }
      lock.withLock { applied = seen }
      if stop { break }
      var wanted = [pollfd(fd: listener, events: Int16(POLLIN), revents: 0)]
      for pair in pairs where pair.isConnected {
        // Only what can make progress is polled for, so that a stalled side doesn't spin.
        for (descriptor, from, to) in [
          (pair.client, Direction.toServer, Direction.toClient), (pair.server ?? -1, .toClient, .toServer),
        ] {
          var events = 0
          if pair.pending[from, default: []].isEmpty, !pair.ended.contains(from), !link.stalls(from) {
            events |= Int(POLLIN)
          }
          if !pair.pending[to, default: []].isEmpty { events |= Int(POLLOUT) }
          wanted.append(pollfd(fd: events == 0 ? -1 : descriptor, events: Int16(events), revents: 0))
        }
      }
      poll(&wanted, nfds_t(wanted.count), pairs.contains { !$0.isConnected } ? 5 : 20)
      while let client = Socket.accept(listener) {
        if link == .cut {
          Socket.reset(client)
          continue
        }
        let number = lock.withLock {
          opened += 1
          open += 1
          return opened
        }
        pairs.append(Pair(number: number, client: client, giveUp: .now + patience))
      }
      pairs = pairs.compactMap { pair in
        var pair = pair
        if advance(&pair, link: pair.isDeaf ? .swallow([.toServer, .toClient]) : link, keeps: keeps) { return pair }
        return nil
      }
      let count = pairs.count
      lock.withLock { open = count }
    }
    close(listener)
  }

  /// Moves what can be moved; false when the pair is closed.
  private func advance(_ pair: inout Pair, link: Link, keeps: Bool) -> Bool {
    guard pair.isConnected, let server = pair.server else { return open(&pair) }
    if let meddler { pair.pending[.toClient, default: []] += meddler.due(for: pair.number) }
    for (direction, from, to) in [(Direction.toServer, pair.client, server), (.toClient, server, pair.client)] {
      if link.stalls(direction) { continue }
      if pair.pending[direction, default: []].isEmpty, !pair.ended.contains(direction) {
        if let bytes = Socket.read(from) {
          lock.withLock { read[direction, default: 0] += bytes.count }
          if link.swallows(direction) { continue }
          if let meddler, !bytes.isEmpty {
            let passage = meddler.pass(bytes, direction, of: pair.number)
            pair.pending[direction, default: []] += passage.onward
            pair.pending[direction == .toServer ? .toClient : .toServer, default: []] += passage.back
          } else {
            pair.pending[direction] = bytes
          }
          if keeps, direction == .toClient, !bytes.isEmpty {
            let passed = Passed(connection: pair.number, time: .now, bytes: bytes)
            lock.withLock { passedToClient.append(passed) }
          }
        } else {
          pair.ended.insert(direction)
        }
      }
      let waiting = pair.pending[direction, default: []]
      guard let written = Socket.write(to, waiting) else { return closed(pair) }
      if written > 0 { pair.pending[direction] = Array(waiting.dropFirst(written)) }
      // While the link loses what goes this way, the farewell is lost too.
      if pair.ended.contains(direction), pair.pending[direction, default: []].isEmpty, !link.swallows(direction) {
        shutdown(to, Int32(SHUT_WR))
      }
    }
    if pair.ended.count == 2, pair.pending.values.allSatisfy(\.isEmpty) { return closed(pair) }
    return true
  }

  private func open(_ pair: inout Pair) -> Bool {
    do {
      if pair.server == nil { pair.server = try Socket.connect(port: lock.withLock { upstream }) }
      if let server = pair.server { pair.isConnected = try Socket.connected(server) }
      return true
    } catch {
      if let server = pair.server { close(server) }
      pair.server = nil
      if Instant.now < pair.giveUp { return true }
      Socket.reset(pair.client)
      return false
    }
  }

  private func closed(_ pair: Pair) -> Bool {
    close(pair.client)
    if let server = pair.server { close(server) }
    return false
  }
}

extension TCPProxy.Link {
  fileprivate func swallows(_ direction: TCPProxy.Direction) -> Bool {
    if case .swallow(let directions) = self { directions.contains(direction) } else { false }
  }
  fileprivate func stalls(_ direction: TCPProxy.Direction) -> Bool {
    if case .stall(let directions) = self { directions.contains(direction) } else { false }
  }
}

import Glibc
import Model
import Testing

extension EndToEnd {
  /// The harness proves itself before anything is judged by it.
  @Suite(.serialized) struct HarnessTests {
    @Test func aChildsExitSignalAndOutputAreSeen() throws {
      try Bench.with { bench in
        let result = try bench.run("/bin/sh", ["-c", "echo out; echo err >&2; exit 3"], name: "sh")
        #expect(result.exit == .code(3))
        #expect(result.output == "out\n")
        #expect(result.errors == "err\n")
        let child = try Child("/bin/cat", ["/dev/zero"], name: "cat", in: bench)
        child.signal(SIGKILL)
        #expect(try child.wait() == .signal(SIGKILL))
      }
    }

    @Test func tearingDownEndsWhatAChildStarted() throws {
      let pid = try Bench.with { bench in
        let child = try Child("/bin/sh", ["-c", "sleep 1000 & echo $!; wait"], name: "sh", in: bench)
        try Wait.until("the grandchild") { child.output.hasSuffix("\n") }
        return pid_t(child.output.dropLast()) ?? 0
      }
      #expect(pid > 0)
      try Wait.until("the grandchild to be gone") { kill(pid, 0) != 0 || isZombie(pid) }
    }

    private func isZombie(_ pid: pid_t) -> Bool {
      guard let file = fopen("/proc/\(pid)/stat", "r") else { return true }
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 512)
      guard fgets(&line, 512, file) != nil else { return true }
      return String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).contains(") Z ")
    }

    @Test(.enabled(if: Environment.have("mosquitto", "mosquitto_pub")))
    func theSubscriberKeepsEverythingInOrderAcrossBrokerRestarts() throws {
      try Bench.with { bench in
        let broker = try Broker(in: bench)
        let subscriber = try Subscriber(port: broker.port, in: bench)
        let publisher = try #require(Environment.program("mosquitto_pub"))
        for round in 0..<2 {
          try bench.write((0..<500).map { "\(round)-\($0)\n" }.joined(), to: "lines")
          let result = try bench.run(
            "/bin/sh",
            ["-c", "\(publisher) -p \(broker.port) -q 1 -t waypost/x/batch -l < \(bench.path("lines"))"],
            name: "publish-\(round)")
          #expect(result.exit == .code(0), "\(result.errors)")
          // What the broker hasn't passed on when it ends is gone with it.
          try subscriber.catchUp()
          try broker.stop()
          try broker.start()
          try subscriber.waitUntilSubscribed()
        }
        let expected = (0..<2).flatMap { round in (0..<500).map { "\(round)-\($0)" } }
        #expect(subscriber.messages.map { String(decoding: $0.payload, as: UTF8.self) } == expected)
      }
    }

    @Test func theProxyRelaysCutsStallsAndSwallows() throws {
      try Bench.with { bench in
        let (listener, port) = try Socket.listen()
        bench.atEnd { close(listener) }
        let proxy = try TCPProxy(to: port, in: bench, keepsWhatPassed: true)
        func connected() throws -> (client: Int32, server: Int32) {
          let client = try Socket.connect(port: proxy.port)
          try Wait.until("the connection") { try Socket.connected(client) }
          var server: Int32?
          try Wait.until("the server's side") {
            server = server ?? Socket.accept(listener)
            return server != nil
          }
          return (client, server ?? -1)
        }
        func receive(_ descriptor: Int32, _ text: String) throws {
          var bytes: [UInt8] = []
          try Wait.until("\(text), have \(bytes)") {
            bytes += Socket.read(descriptor) ?? []
            return bytes == Array(text.utf8)
          }
        }
        func isReset(_ descriptor: Int32) throws {
          try Wait.until("the reset") { Socket.read(descriptor) == nil }
          close(descriptor)
        }

        var (client, server) = try connected()
        _ = Socket.write(client, Array("up".utf8))
        try receive(server, "up")
        _ = Socket.write(server, Array("down".utf8))
        try receive(client, "down")
        #expect(proxy.passed.flatMap(\.bytes) == Array("down".utf8))

        proxy.set(.stall([.toServer]))
        _ = Socket.write(server, Array("heard".utf8))
        try receive(client, "heard")
        _ = Socket.write(client, Array("later".utf8))
        Wait.pass(0.1)
        #expect(Socket.read(server) == [])
        proxy.restore()
        try receive(server, "later")

        proxy.set(.swallow([.toServer, .toClient]))
        _ = Socket.write(client, Array("lost".utf8))
        _ = Socket.write(server, Array("lost".utf8))
        Wait.pass(0.1)
        #expect(Socket.read(server) == [])
        #expect(Socket.read(client) == [])
        proxy.restore()
        try isReset(client)
        try isReset(server)

        (client, server) = try connected()
        proxy.set(.cut)
        try isReset(client)
        try isReset(server)
        let refused = try Socket.connect(port: proxy.port)
        try isReset(refused)
        proxy.restore()
        (client, server) = try connected()
        close(client)
        try Wait.until("the farewell") { Socket.read(server) == nil }
        close(server)
        #expect(proxy.connections == 3)
      }
    }

    @Test(.enabled(if: Environment.have("gpsd")))
    func gpsdReportsEverySyntheticFixOnceWithItsTime() throws {
      try Bench.with { bench in
        let feed = try GPSFeed(in: bench, perSecond: 20)
        let watcher = try GPSDWatcher(port: feed.port, in: bench)
        feed.start()
        try Wait.until("60 fixes") { feed.fixes.count >= 60 }
        feed.pause()
        let sent = feed.fixes.map(\.fix.milliseconds)
        // gpsd learns only by and by which sentence ends a cycle, so that the first fixes come twice.
        try Wait.until("the last report, after \(watcher.reports.count) reports") {
          watcher.reports.last?.time?.milliseconds == sent.last
        }
        var reported: [Int64] = []
        for time in watcher.reports.compactMap({ $0.time?.milliseconds }) where reported.last != time {
          reported.append(time)
        }
        #expect(Array(reported.suffix(50)) == Array(sent.suffix(50)))
        #expect(reported.count >= sent.count - 2)
      }
    }

    @Test(.enabled(if: Environment.have("gpsfake", "gpsd") && Environment.data != nil))
    func whatPassesTheProxyIsWhatGpsfakeSaw() throws {
      try Bench.with { bench in
        let port = Socket.freePort()
        let proxy = try TCPProxy(to: port, in: bench, patience: 15, keepsWhatPassed: true)
        let fake = try GPSFake(log: "\(Environment.data ?? "")/gps/mtk-3301.log", port: port, in: bench)
        let watcher = try GPSDWatcher(port: proxy.port, in: bench)
        try fake.wait(within: 120)
        try Wait.until("the end") {
          watcher.read()
          return watcher.isAtEnd
        }
        #expect(GPSDReport.passed(proxy.passed) == watcher.reports)
        #expect(fake.reports.count > 5)
        #expect(Array(fake.reports.suffix(watcher.reports.count)) == watcher.reports)
      }
    }
  }
}

import Foundation
import Testing

extension EndToEnd {
  /// The instruments that make a road bad do what they say.
  @Suite(.serialized) struct BadRoadTests {
    @Test func packetsAreDroppedOneWayWithoutAWord() throws {
      try Bench.with { bench in
        try NetworkNamespace.with(in: bench) { filter in
          guard let filter else { return print("skipped: no right to make a network namespace") }
          let (listener, port) = try Socket.listen()
          let client = try Socket.connect(port: port)
          defer { for descriptor in [listener, client] { close(descriptor) } }
          try Wait.until("the connection") { try Socket.connected(client) }
          var accepted: Int32?
          try Wait.until("the server to take it") {
            accepted = accepted ?? Socket.accept(listener)
            return accepted != nil
          }
          let server = try #require(accepted)
          defer { close(server) }
          func arrives(at end: Int32, within seconds: Double) -> Bool {
            let limit = Instant.now + seconds
            while Instant.now < limit {
              if let bytes = Socket.read(end), !bytes.isEmpty { return true }
              poll(nil, 0, 2)
            }
            return false
          }
          try filter.drop(.toServer, port: port)
          #expect(Socket.write(client, [1]) == 1)
          #expect(!arrives(at: server, within: 0.5))
          // The other way nothing is lost, though its acknowledgements are.
          #expect(Socket.write(server, [2]) == 1)
          #expect(arrives(at: client, within: 60))
          try filter.passAll()
          #expect(arrives(at: server, within: 60), "TCP sends it again")
        }
      }
    }

    private static let poison = #"{"type":"position","gateway":"g","journal":"j","seq":47}"#
    private static let harmless = #"{"type":"position","gateway":"g","journal":"j","seq":48}"#

    @Test(.enabled(if: Environment.have("mosquitto", "mosquitto_pub")))
    func theBrokersAnswersAreRefusalsAndComeLate() throws {
      try Bench.with { bench in
        let receiver = try BrokerReceiver(.json, in: bench)
        let link = try TCPProxy(to: receiver.port, in: bench, meddler: receiver.meddler)
        let publisher = try #require(Environment.program("mosquitto_pub"))
        func publish(_ lines: [String]) throws -> (text: String, seconds: Double) {
          try bench.write(lines.joined(separator: "\n") + "\n", to: "lines")
          let began = Instant.now
          let result = try bench.run(
            "/bin/sh",
            ["-c", "\(publisher) -p \(link.port) -V mqttv5 -q 1 -t waypost/g/position -l < \(bench.path("lines"))"],
            name: "publish")
          return (result.output + result.errors, Instant.now - began)
        }
        receiver.refuse(true)
        #expect(try publish([Self.poison, Self.harmless]).text.contains("Payload format invalid"))
        #expect(receiver.refusals.alone == [47: 1])
        receiver.refuse(false)
        #expect(try publish([Self.poison]).text == "")
        receiver.pace(1)
        #expect(try publish(Array(repeating: Self.harmless, count: 3)).seconds > 1.9)
        try receiver.settle()
        #expect(try receiver.received.map(\.identity.seq) == [48, 47, 48, 48, 48])
      }
    }
  }
}

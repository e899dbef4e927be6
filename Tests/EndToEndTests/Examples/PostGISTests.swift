import Foundation
import Geo
import Testing

extension EndToEnd {
  /// examples/postgis, with several receivers, each of which is killed, and the database under them.
  @Suite(
    .serialized,
    .enabled(
      if: Environment.have("gpsd", "mosquitto", "mosquitto_pub") && PostgreSQL.isInstalled
        && ExampleProgram.has("paho.mqtt", "psycopg2"),
      "apt-get install gpsd mosquitto postgresql postgresql-postgis python3-paho-mqtt python3-psycopg2"))
  struct PostGISTests {
    private static let schema = ExampleProgram.path("postgis/schema.sql")

    @Test func receiversThatShareTheWorkLoseNothing() throws {
      try Bench.with { bench in
        let database = try PostgreSQL(in: bench)
        try database.run(file: Self.schema)
        // Who stored what.
        try database.query("ALTER TABLE positions ADD COLUMN via text DEFAULT current_setting('application_name')")
        let rig = try ExampleRig(
          in: bench, perSecond: 20,
          uplink: """
            mqtt: { url: "mqtt://127.0.0.1:BROKER" }
            compress: deflate
            batch: { records: 20, linger: 0 s }
            """)
        let receivers = try ["a", "b", "c"].map { name in
          try ExampleProgram(
            "postgis/receiver.py",
            [name, "127.0.0.1", "\(rig.broker.port)", database.connection("application_name=\(name)")], name: name,
            in: bench)
        }
        for name in ["a", "b", "c"] {
          try rig.broker.waitUntilSubscribed("postgis-\(name)", to: "$share/postgis/waypost/+/batch/z")
          try rig.broker.waitUntilSubscribed("postgis-\(name)", to: "waypost/+/status")
        }
        /// As systemd does with a service of `Restart=always`.
        func tend() throws {
          for receiver in receivers where receiver.child.exit != nil { try receiver.start() }
        }
        func stored() throws -> [String] {
          try database.query("SELECT gateway, journal, seq, type FROM names")
        }
        func grow(by more: Int = 10) throws {
          let count = try stored().count
          try Wait.until("more rows; \(receivers[0].child.tail)", within: 180, every: 200) {
            try tend()
            return try stored().count >= count + more
          }
        }
        try rig.gateway.start()
        rig.feed.start()
        for round in 0..<(Environment.soak ? 24 : 7) {
          try grow()
          switch round % 7 {
          case 5:
            try database.crash()
            try database.start()
          case 6: try rig.restartGateway()
          default: try receivers[round % 3].kill()
          }
          try tend()
        }
        // What is nobody's message stops nobody.
        let publisher = try #require(Environment.program("mosquitto_pub"))
        for (number, words) in ["no JSON", #"{"type":"position","gateway":"x","journal":"abcdef","seq":1}"#]
          .enumerated()
        {
          try bench.run(
            publisher, ["-p", "\(rig.broker.port)", "-q", "1", "-t", "waypost/stranger/batch", "-m", words],
            name: "pub-\(number)")
        }
        try grow(by: 30)
        try rig.finish()
        let (found, wanted) = try rig.compared {
          try tend()
          return try stored()
        }
        #expect(wanted.subtracting(found).isEmpty, "lost: \(wanted.subtracting(found).sorted().prefix(8))")
        #expect(
          Set(found).subtracting(wanted).isEmpty, "invented: \(Set(found).subtracting(wanted).sorted().prefix(8))")
        #expect(found.count == wanted.count && found.count > 100)
        /// One receiver may be behind the others with what the gateway says of itself.
        func says(_ query: String, _ rows: [String]) throws {
          try? Wait.until("\(rows)", every: 300) { try database.query(query) == rows }
          #expect(try database.query(query) == rows)
        }
        try says("SELECT * FROM missing", [])
        try says("SELECT low > 50, online FROM gateways WHERE gateway = 'e2e-truck'", ["t t"])
        try says("SELECT topic, count(*) FROM refused GROUP BY topic", ["waypost/stranger/batch 2"])
        #expect(try database.query("SELECT count(DISTINCT via) FROM positions") == ["3"])
        // A hole is seen.
        try database.query(
          """
          DELETE FROM positions WHERE seq = (
            SELECT seq FROM positions WHERE seq < (SELECT max(seq) - 20 FROM positions) ORDER BY seq DESC LIMIT 1)
          """)
        try says("SELECT count(*) FROM missing", ["1"])

        try compareGeometry(rig, database)
        #expect(try database.run(file: ExampleProgram.path("postgis/queries.sql")).count > 3)
        try rig.gateway.stop()
        try Wait.until("the word that it is gone", every: 100) {
          try database.query("SELECT online, status ->> 'gateway' FROM gateways WHERE gateway = 'e2e-truck'") == [
            "f e2e-truck"
          ]
        }
        print("\(found.count) records by three receivers")
      }
    }

    /// The length of the track and the positions in a zone are those that the gateway's own geodesics give.
    private func compareGeometry(_ rig: ExampleRig, _ database: PostgreSQL) throws {
      let held = Set(try database.query("SELECT seq FROM positions").compactMap { Int($0) })
      var seen: Set<Int> = []
      let places = try rig.received.filter {
        $0.type == "position" && held.contains($0.identity.seq) && seen.insert($0.identity.seq).inserted
      }
      .sorted {
        ($0.object["timestamp"]?.text ?? "", $0.identity.seq) < ($1.object["timestamp"]?.text ?? "", $1.identity.seq)
      }
      .map {
        Coordinate(
          latitude: $0.object["location"]?["latitude"]?.number ?? 0,
          longitude: $0.object["location"]?["longitude"]?.number ?? 0)
      }
      let length = zip(places, places.dropFirst()).map { Geodesic.distance($0, $1) }.reduce(0, +)
      #expect(length > 100)
      let measured = try #require(
        Double(
          try database.query(
            "SELECT ST_Length(ST_MakeLine(place::geometry ORDER BY at, seq)::geography) FROM track WHERE gateway = 'e2e-truck'"
          )[0]))
      #expect(abs(measured - length) < 0.01 + length / 1000, "PostGIS measures \(measured) m, Waypost \(length) m")

      // A zone that the drive passed.
      let center = places[places.count / 2]
      try database.query(
        "INSERT INTO zones VALUES ('here', ST_Buffer(ST_Point(\(center.longitude), \(center.latitude), 4326)::geography, 60, 'quad_segs=64'))"
      )
      let counted = try #require(
        Int(
          try database.query("SELECT count(*) FROM zones JOIN track ON ST_Covers(area, place) WHERE zone = 'here'")[0]))
      let distances = places.map { Geodesic.distance($0, center) }
      #expect(counted > 0)
      #expect((distances.count { $0 < 59.8 }...distances.count { $0 < 60.2 }).contains(counted), "\(counted)")
      print("\(Int(measured)) m of track, \(counted) positions of \(places.count) in the zone")
    }

    /// Whatever comes first, and however often.
    @Test func recordsWithoutATimeGetItWhenItIsKnown() throws {
      try Bench.with { bench in
        let database = try PostgreSQL(in: bench)
        try database.run(file: Self.schema)
        // It may be run again.
        try database.run(file: Self.schema)
        func take(_ message: String) throws { try database.query("SELECT take('\(message)')") }
        func position(_ seq: Int, boot: String) -> String {
          #"{"type":"position","gateway":"g","journal":"abcdef","seq":\#(seq),"time_quality":"unsynchronised","boot":"\#(boot)","uptime":12.5,"device":"gps","location":{"latitude":46.2,"longitude":6.1}}"#
        }
        func time(_ seq: Int, boot: String) -> String {
          #"{"type":"time","gateway":"g","journal":"abcdef","seq":\#(seq),"timestamp":"2026-02-05T14:30:00.000Z","boot":"\#(boot)","offset":1770301788.000}"#
        }
        let dated = "SELECT seq, at AT TIME ZONE 'UTC' FROM track WHERE at IS NOT NULL ORDER BY seq"
        try take(position(1, boot: "b1"))
        #expect(try database.query(dated) == [])
        try take(time(2, boot: "b1"))
        try take(time(4, boot: "b2"))
        try take(position(3, boot: "b2"))
        for message in [position(1, boot: "b1"), time(2, boot: "b1"), time(5, boot: "b1")] { try take(message) }
        #expect(try database.query(dated) == ["1 2026-02-05 14:30:00.5", "3 2026-02-05 14:30:00.5"])
        // What will never come isn't missing; what this version doesn't know is kept.
        try take(
          #"{"type":"batch","gateway":"g","journal":"abcdef","batch":1,"low":{"event":9,"position":9,"reading":9,"other":12},"head":12,"messages":[{"type":"gap","seq":9,"timestamp":"2026-02-05T14:30:00.000Z","first":6,"last":7,"count":2,"reason":"limit"},{"type":"brand_new","seq":10,"timestamp":"2026-02-05T14:30:00.000Z"}]}"#
        )
        #expect(try database.query("SELECT seq FROM missing") == ["8"])
        #expect(try database.query("SELECT first, last, count, reason FROM gaps") == ["6 7 2 limit"])
        #expect(try database.query("SELECT record ->> 'type' FROM others") == ["brand_new"])
      }
    }
  }
}

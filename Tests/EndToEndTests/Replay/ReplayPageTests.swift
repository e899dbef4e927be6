import Foundation
import Testing

extension EndToEnd {
  /// The page of `waypost replay --map`, in a real browser.
  @Suite(
    .serialized,
    .enabled(
      if: Environment.have("chromium") && FileManager.default.fileExists(atPath: "/usr/share/javascript/leaflet"),
      "the browser isn't there: apt-get install chromium libjs-leaflet"))
  struct ReplayPageTests {
    /// Text that would be a program if it were taken for one.
    private static let hostile = "<script>document.title='owned'</script><img src=x onerror=document.title='owned'>"

    private static let rules = """
      zones:
        depot: { circle: [6.1432, 46.2081], radius: 120 m, name: "\(hostile)" }
        yard: { polygon: [[6.15, 46.20], [6.16, 46.20], [6.16, 46.21]] }
      rules:
        - name: visit
          on: { enter: depot, exit: depot }
          then:
            - event: geofence_event
        - name: fast
          when: gps.speed_kmh > 100
          then:
            - event: { type: speeding, severity: warning, data: { note: "\(hostile)" } }
      """

    private static func page(_ bench: Bench, comparing: Bool = false) throws -> String {
      let track = (0..<600).map {
        "\(1_771_000_000 + $0),\(46.2 + sin(Double($0) / 60) / 100),\(6.13 + Double($0) / 10_000),\($0 % 40)"
      }
      try bench.write("t,lat,lon,speed_mps\n" + track.joined(separator: "\n") + "\n", to: "<b>drive.csv")
      try bench.write(rules, to: "rules.yaml")
      try bench.write(rules.replacingOccurrences(of: "120 m", with: "400 m"), to: "other.yaml")
      let compared = comparing ? ["--compare", bench.path("other.yaml")] : []
      let result = try bench.run(
        Environment.waypost,
        ["replay", "--rules", bench.path("rules.yaml"), "--map", bench.path("map.html")] + compared
          + [bench.path("<b>drive.csv")],
        name: "replay")
      try #require(result.exit == .code(comparing ? 1 : 0), "\(result.errors)")
      return try String(contentsOfFile: bench.path("map.html"), encoding: .utf8)
    }

    struct Seen {
      /// The document as the scripts left it.
      var document: String
      /// What the browser's console says, every line.
      var console: [String]
      /// Addresses that the page, not the browser itself, asked for.
      var requests: [String]

      /// What a script of the test's noted in the document element's `data-KEY`.
      func noted(_ key: String) throws -> String? {
        document.firstMatch(of: try Regex("data-\(key)=\"([^\"]*)\"")).flatMap {
          $0.output[1].substring.map(String.init)
        }
      }
    }

    /// Opens a page and lets it run for some virtual seconds.
    static func open(_ page: String, in bench: Bench, seconds: Int = 6) throws -> Seen {
      let file = try bench.write(page, to: "opened.html")
      let chromium = try #require(Environment.program("chromium"))
      let result = try bench.run(
        chromium,
        [
          "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
          "--user-data-dir=\(bench.path("profile"))", "--log-net-log=\(bench.path("net.json"))",
          // The browser's own errands fail at once.
          "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1", "--virtual-time-budget=\(seconds * 1000)",
          "--window-size=1200,800", "--enable-logging=stderr", "--dump-dom", "file://\(file)",
        ], name: "chromium", within: 300, environment: ["HOME": bench.directory])
      try #require(result.exit == .code(0), "\(result.errors.suffix(2000))")
      let log = try String(contentsOfFile: bench.path("net.json"), encoding: .utf8)
      // What the browser does of itself has "not an origin" there.
      let requests = log.matches(of: /"initiator":"(?!not an origin)[^"]*"[^\n]*?"url":"(https?:[^"]*)"/)
      return Seen(
        document: result.output,
        console: result.errors.split(separator: "\n").filter { $0.contains("CONSOLE") }.map(String.init),
        requests: requests.map { String($0.output.1) })
    }

    @Test func pageDrawsItselfAsksForNothingAndComplainsOfNothing() throws {
      try Bench.with { bench in
        let page = try Self.page(bench)
        let seen = try Self.open(page, in: bench)
        // Not the document itself in the expectation: it would be in the message.
        func shows(_ text: String) -> Bool { seen.document.contains(text) }
        #expect(shows("data-ready=\"true\""))
        #expect(seen.console.isEmpty, "\(seen.console)")
        #expect(seen.requests.isEmpty)
        #expect(!shows("<title>owned"))
        #expect(shows("Entered &lt;script&gt;document.title"))
        #expect(shows("leaflet-marker-icon"))
      }
    }

    /// What the tests above look for is found where it is.
    @Test func harnessSeesRequestsAndErrors() throws {
      try Bench.with { bench in
        let seen = try Self.open(
          "<img src='http://127.0.0.1:18099/x.png'><script>throw new Error('mine')</script>", in: bench)
        #expect(seen.requests.contains("http://127.0.0.1:18099/x.png"), "\(seen.requests)")
        #expect(seen.console.contains { $0.contains("mine") })
      }
    }

    @Test func policyRefusesWhatIsNotThePagesOwn() throws {
      try Bench.with { bench in
        let page = try Self.page(bench).replacingOccurrences(
          of: "</body>",
          with: "<script>document.title='owned'</script><img src='http://127.0.0.1:18099/x.png'></body>")
        let seen = try Self.open(page, in: bench)
        #expect(seen.requests.isEmpty, "\(seen.requests)")
        let isOwned = seen.document.contains("<title>owned")
        #expect(!isOwned)
        #expect(seen.console.count >= 2, "\(seen.console)")
      }
    }

    @Test func eventsLayersAndTimeAnswer() throws {
      try Bench.with { bench in
        // Without the policy, so that a script of the test's may press the buttons.
        let hands = """
          <script>
          const note = (key, value) => { document.documentElement.dataset[key] = value; };
          note("listed", document.querySelectorAll("#events button").length);
          note("pins", document.querySelectorAll(".leaflet-marker-pane .pin").length);
          const box = document.getElementById("layer-events");
          box.click();
          note("hidden", document.querySelectorAll(".leaflet-marker-pane .pin").length);
          [...document.querySelectorAll("#events button")].find((one) => one.textContent.includes("Entered")).click();
          setTimeout(() => {
            note("popup", document.querySelector(".pop h3").textContent);
            note("again", document.querySelectorAll(".leaflet-marker-pane .pin").length);
            const slider = document.getElementById("slider");
            slider.value = 300;
            slider.dispatchEvent(new Event("input"));
            note("now", document.getElementById("now").textContent);
          }, 2000);
          </script></body>
          """
        let page = try Self.page(bench, comparing: true)
          .replacing(/<meta http-equiv="Content-Security-Policy"[^>]*>/, with: "")
          .replacingOccurrences(of: "</body>", with: hands)
        let seen = try Self.open(page, in: bench)
        let listed = try #require(seen.noted("listed").flatMap { Int($0) })
        #expect(listed > 2)
        #expect(try seen.noted("pins") == "\(listed)")
        #expect(try seen.noted("hidden") == "0")
        #expect(try seen.noted("again") == "\(listed)")
        // Browsers differ in what they escape within an attribute.
        let popup = try seen.noted("popup")?.replacingOccurrences(of: "&lt;", with: "<").replacingOccurrences(
          of: "&gt;", with: ">")
        #expect(popup?.hasPrefix("Entered <script>document.title") ?? false, "\(popup ?? "")")
        let now = try seen.noted("now") ?? ""
        #expect(now.hasPrefix("2026-02-13 16:31:40 UTC"), "\(now)")
        #expect(seen.console.isEmpty, "\(seen.console)")
      }
    }
  }
}

import Foundation
import Testing

extension EndToEnd.ReplayPageTests {
  /// Where nobody looks on, a browser draws no frames, and Leaflet would wait for them.
  private static let noAnimation =
    "<script>window.L_DISABLE_3D = true; window.requestAnimationFrame = (draw) => setTimeout(draw, 16);</script>"

  /// A corridor is drawn as a stroke, whose width is reckoned anew at each zoom. Beside it lies a polygon as wide, whose edges are drawn
  /// where their longitudes are: the two must look alike, from the equator to the north, near and far.
  @Test(arguments: [0.0, 46.2, -33.9, 69.6])
  func corridorIsAsWideAsAPolygonOfThatWidth(latitude: Double) throws {
    // Metres of a degree of longitude on WGS 84.
    let (a, e2) = (6_378_137.0, 0.006_694_379_99)
    let radians = latitude * .pi / 180
    let degree = .pi / 180 * a * cos(radians) / (1 - e2 * sin(radians) * sin(radians)).squareRoot()
    let (width, longitude) = (200.0, 6.1)
    func east(_ metres: Double) -> Double { longitude + metres / degree }
    let (south, north) = (latitude - 0.01, latitude + 0.01)
    let rules = """
      zones:
        band: { corridor: [[\(longitude), \(south)], [\(longitude), \(north)]], width: \(Int(width)) m }
        beside:
          polygon: [[\(east(300)), \(south)], [\(east(300 + width)), \(south)], [\(east(300 + width)), \(north)], [\(east(300)), \(north)]]
      """
    let track = (0...100).map { "\(1_771_000_000 + $0),\(south + Double($0) * 0.0002),\(longitude)" }
    // How many pixels of the zones' canvas are coloured, run by run, on the row through the middle of the map.
    let hands = """
      <script>
      const runs = () => {
        const frame = document.getElementById("map").getBoundingClientRect();
        const canvas = document.querySelector(".leaflet-zones-pane canvas");
        const box = canvas.getBoundingClientRect();
        const y = Math.round(frame.top + frame.height / 2 - box.top);
        const row = canvas.getContext("2d").getImageData(0, y, canvas.width, 1).data;
        const found = [];
        for (let x = 0; x < canvas.width; x++) {
          const before = x > 0 && row[4 * x - 1] > 16;
          if (row[4 * x + 3] > 16) { if (before) found[found.length - 1] += 1; else found.push(1); }
        }
        return found.join(" ");
      };
      const seen = [];
      const look = () => {
        seen.push(runs());
        document.documentElement.dataset.seen = seen.join(";");
        if (seen.length > 4) return;
        document.querySelector(".leaflet-control-zoom-" + (seen.length < 3 ? "in" : "out")).click();
        if (seen.length === 3) for (let more = 0; more < 3; more++) setTimeout(() => document.querySelector(".leaflet-control-zoom-out").click(), 700 * more);
        setTimeout(look, 3000);
      };
      setTimeout(look, 1000);
      </script></body>
      """
    try Bench.with { bench in
      try bench.write("t,lat,lon\n" + track.joined(separator: "\n") + "\n", to: "drive.csv")
      try bench.write(rules, to: "rules.yaml")
      let result = try bench.run(
        Environment.waypost,
        ["replay", "--rules", bench.path("rules.yaml"), "--map", bench.path("map.html"), bench.path("drive.csv")],
        name: "replay")
      try #require(result.exit == .code(0), "\(result.errors)")
      let page = try String(contentsOfFile: bench.path("map.html"), encoding: .utf8)
        .replacing(/<meta http-equiv="Content-Security-Policy"[^>]*>/, with: "")
        .replacingOccurrences(of: "<head>", with: "<head>" + Self.noAnimation)
        .replacingOccurrences(of: "</body>", with: hands)
      let seen = try Self.open(page, in: bench, seconds: 25)
      let views = try #require(try seen.noted("seen")).split(separator: ";")
        .map { $0.split(separator: " ").compactMap { Double($0) } }
      print("latitude \(latitude): band and polygon, pixels at each zoom: \(views)")
      #expect(views.count == 5)
      for view in views {
        try #require(view.count == 2, "the band and the polygon: \(views)")
        // The polygon's outline stands out by 0.9 pixels at either side; edges are smoothed.
        #expect(abs(view[0] - (view[1] - 1.8)) <= 2 + view[0] / 100)
      }
      #expect(Set(views.map { $0[0] }).count > 3, "zooms differ")
      // What the browser thinks of the test's own looking at pixels.
      let complaints = seen.console.filter { !$0.contains("getImageData") }
      #expect(complaints.isEmpty, "\(complaints)")
    }
  }
}

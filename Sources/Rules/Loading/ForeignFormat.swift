import Config

/// Files of places that are no GeoJSON, known by how they begin, and how to convert them.
enum ForeignFormat {
  /// What to say of a file that is surely in another format; `nil` for all else.
  static func refusal(of file: SourceFile) -> Diagnostic? {
    let bytes = file.bytes(in: 0..<1024)
    let name: (what: String, command: String)?
    let mark = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    switch bytes.dropFirst(mark).first {
    case UInt8(ascii: "<"):
      let text = String(decoding: bytes, as: UTF8.self)
      name =
        text.contains("<kml")
        ? ("KML", "ogr2ogr -f GeoJSON zones.geojson zones.kml")
        : text.contains("<gpx")
          ? ("GPX", "ogr2ogr -f GeoJSON zones.geojson track.gpx tracks")
          : ("XML", "ogr2ogr -f GeoJSON zones.geojson FILE")
    case UInt8(ascii: "P") where bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]):
      name = ("a ZIP archive, perhaps KMZ or a shapefile", "ogr2ogr -f GeoJSON zones.geojson /vsizip/FILE")
    case 0 where bytes.starts(with: [0, 0, 0x27, 0x0A]):
      name = ("a shapefile", "ogr2ogr -f GeoJSON -t_srs EPSG:4326 zones.geojson zones.shp")
    case UInt8(ascii: "S") where bytes.starts(with: Array("SQLite format 3".utf8)):
      name = ("a database, perhaps a GeoPackage", "ogr2ogr -f GeoJSON -t_srs EPSG:4326 zones.geojson zones.gpkg")
    default: name = nil
    }
    return name.map { name in
      Diagnostic(
        severity: .error, code: "geojson", message: "this is \(name.what), and zones are read from GeoJSON",
        help: "convert it, as with `\(name.command)`", span: file.span(0..<1))
    }
  }
}

import CExpat

/// Hands out the points of a GPX document, over libexpat, which reads it as a stream.
///
/// A document type is refused: GPX has none, and entities are how XML is made to swell. What was read before a fault stays.
final class GPXParser {
  struct Point {
    var latitude: String?
    var longitude: String?
    /// Text of the elements within that are of interest, by their names without prefix.
    var values: [String: String] = [:]
    var line = 0
  }

  enum Kind: String { case track = "trkpt", route = "rtept", place = "wpt" }

  /// Elements within elements; GPX needs six.
  private static let depthLimit = 64
  /// Bytes of text in an element of interest.
  private static let textLimit = 64
  private static let wanted: Set<String> = ["time", "ele", "speed", "course", "hdop", "sat", "fix"]

  private let take: (Kind, Point) -> Void
  private var parser: XML_Parser?
  private var depth = 0
  private var point: (kind: Kind, depth: Int, Point)?
  private var element: String?
  private var text: [UInt8] = []

  private init(_ take: @escaping (Kind, Point) -> Void) { self.take = take }

  /// - Returns: the line of the fault that ended the reading; `nil` when the document is whole.
  static func parse(_ bytes: [UInt8], _ take: @escaping (Kind, Point) -> Void) -> Int? {
    guard let parser = XML_ParserCreate(nil) else { return 1 }
    defer { XML_ParserFree(parser) }
    let reader = GPXParser(take)
    reader.parser = parser
    XML_SetUserData(parser, Unmanaged.passUnretained(reader).toOpaque())
    XML_SetElementHandler(
      parser,
      { parserOf($0)?.begin($1, $2) },
      { data, _ in parserOf(data)?.end() })
    XML_SetCharacterDataHandler(parser) { data, characters, count in parserOf(data)?.add(characters, Int(count)) }
    XML_SetStartDoctypeDeclHandler(parser) { data, _, _, _, _ in parserOf(data)?.stop() }
    let status = withExtendedLifetime(reader) {
      bytes.withUnsafeBytes { buffer -> XML_Status in
        let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
        return XML_Parse(parser, start, Int32(clamping: buffer.count), 1)
      }
    }
    return status == XML_STATUS_OK ? nil : Int(XML_GetCurrentLineNumber(parser))
  }

  private func stop() { XML_StopParser(parser, XML_Bool(0)) }

  private func begin(
    _ name: UnsafePointer<CChar>?, _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?
  ) {
    depth += 1
    guard depth <= Self.depthLimit else { return stop() }
    let name = Self.local(name)
    if let kind = Kind(rawValue: name), point == nil {
      var new = Point()
      new.line = Int(XML_GetCurrentLineNumber(parser))
      var index = 0
      while let attributes, let key = attributes[index], let value = attributes[index + 1] {
        switch String(cString: key) {
        case "lat": new.latitude = Self.bounded(value)
        case "lon": new.longitude = Self.bounded(value)
        default: break
        }
        index += 2
      }
      point = (kind, depth, new)
    } else if point != nil, Self.wanted.contains(name) {
      element = name
      text.removeAll(keepingCapacity: true)
    }
  }

  private func end() {
    if let element {
      if let started = point, started.2.values[element] == nil {
        point?.2.values[element] = String(decoding: text, as: UTF8.self)
      }
      self.element = nil
    }
    if let ended = point, ended.depth == depth {
      take(ended.kind, ended.2)
      point = nil
    }
    depth -= 1
  }

  private func add(_ characters: UnsafePointer<CChar>?, _ count: Int) {
    guard element != nil, let characters, text.count + count <= Self.textLimit else { return }
    for index in 0..<count {
      let byte = UInt8(bitPattern: characters[index])
      if byte > 32 { text.append(byte) }
    }
  }

  /// Without its prefix: a speed may stand in an extension of some namespace (`gpxtpx:speed`).
  private static func local(_ name: UnsafePointer<CChar>?) -> String {
    guard let name else { return "" }
    let whole = String(cString: name)
    return whole.split(separator: ":").last.map(String.init) ?? whole
  }

  private static func bounded(_ text: UnsafePointer<CChar>) -> String? {
    let text = String(cString: text)
    return text.utf8.count <= textLimit ? text : nil
  }
}

private func parserOf(_ data: UnsafeMutableRawPointer?) -> GPXParser? {
  data.map { Unmanaged<GPXParser>.fromOpaque($0).takeUnretainedValue() }
}

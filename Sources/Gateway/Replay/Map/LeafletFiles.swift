import COpenSSL
public import Config

/// Leaflet, the library that draws the map, as the distribution installs it, ready to stand in a page.
public struct LeafletFiles: Sendable {
  /// Where Debian's package `libjs-leaflet` puts it.
  public static let standardFolder = "/usr/share/javascript/leaflet"

  let script: [UInt8]
  let style: [UInt8]

  private static let limit = 4_000_000

  /// Reads script, style and the pictures that the style names; the pictures become a part of the style.
  /// - Throws: With the remedy, where something of it is missing or can't stand in a page.
  public init(folder: String = standardFolder) throws(Diagnostic) {
    script = try Self.script(in: folder)
    style = try Self.style(in: folder)
  }

  private static func script(in folder: String) throws(Diagnostic) -> [UInt8] {
    let file: SourceFile
    do {
      file = try read("leaflet.min.js", in: folder)
    } catch {
      // As Leaflet's own downloads have it.
      file = try read("leaflet.js", in: folder)
    }
    let lines = file.bytes.split(separator: 10, omittingEmptySubsequences: false)
    // Browsers fetch the source map as soon as somebody opens their tools.
    let kept = lines.filter { !$0.starts(with: "//# sourceMappingURL=".utf8) }
    return try checked(Array(kept.joined(separator: [10])), of: file, against: ["</script", "<!--"])
  }

  private static func style(in folder: String) throws(Diagnostic) -> [UInt8] {
    let file = try read("leaflet.css", in: folder)
    var out: [UInt8] = []
    var rest = file.bytes[...]
    while let place = rest.firstRange(of: Array("url(".utf8)), let end = rest[place.upperBound...].firstIndex(of: 41) {
      let quotes: Set<UInt8> = [34, 39, 32]
      let name = String(decoding: rest[place.upperBound..<end].filter { !quotes.contains($0) }, as: UTF8.self)
      out += rest[..<place.upperBound] + Array(picture(name, in: folder).utf8)
      rest = rest[end...]
    }
    return try checked(out + rest, of: file, against: ["</style", "<!--"])
  }

  /// What stands in `url(…)`: the picture itself. One that isn't there is only an ornament missing.
  private static func picture(_ name: String, in folder: String) -> String {
    if name.hasPrefix("#") { return name }
    let isPlain = name.utf8.allSatisfy { $0 != 0 && $0 != 58 } && !name.hasPrefix("/") && !name.contains("..")
    do {
      guard isPlain, name.hasSuffix(".png") else { return "data:," }
      return "data:image/png;base64," + Base64.text(try read(name, in: folder).bytes)
    } catch {
      return "data:,"
    }
  }

  private static func read(_ name: String, in folder: String) throws(Diagnostic) -> SourceFile {
    do {
      return try SourceFile.read(path: folder + "/" + name, limit: limit)
    } catch {
      throw Diagnostic(
        severity: .error, code: "leaflet-missing",
        message: "the map needs Leaflet, which can't be read: \(error.message)",
        help: "`sudo apt install libjs-leaflet`, or give the folder of leaflet.js and leaflet.css by --leaflet",
        span: SourceSpan(wholeFile: folder + "/" + name))
    }
  }

  private static func checked(
    _ bytes: [UInt8], of file: SourceFile, against marks: [String]
  ) throws(Diagnostic) -> [UInt8] {
    let lower = bytes.map { (65...90).contains($0) ? $0 + 32 : $0 }
    for mark in marks where lower.firstRange(of: Array(mark.utf8)) != nil {
      throw Diagnostic(
        severity: .error, code: "leaflet-unusable", message: "`\(mark)` in it would end the page's own part",
        help: "give the folder of a released Leaflet by --leaflet", span: SourceSpan(wholeFile: file.path))
    }
    return bytes
  }
}

/// RFC 4648, section 4.
enum Base64 {
  static func text(_ bytes: [UInt8]) -> String {
    var out = [UInt8](repeating: 0, count: (bytes.count + 2) / 3 * 4 + 1)
    let count = EVP_EncodeBlock(&out, bytes, Int32(clamping: bytes.count))
    return String(decoding: out.prefix(Int(count)), as: UTF8.self)
  }
}

/// What tells a browser that a part of the page is ours: its SHA-256, as Content Security Policy (level 3, section 6.7.3) has it.
enum ContentHash {
  static func source(_ bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil)
    return "'sha256-\(Base64.text(Array(digest.prefix(Int(length)))))'"
  }
}

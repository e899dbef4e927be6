import Config

/// What a technician answers on the first day, and the files that come of it. `waypost init` asks and writes.
public struct FirstConfiguration: Hashable, Sendable {
  /// The gateway's id; `nil`: the one that comes of the machine's.
  public var id: String?
  /// `mqtt://…` or `mqtts://…`; `nil`: nothing is sent yet.
  public var broker: String?
  /// The name to log in with.
  public var username: String?
  /// The password, which goes into a file of its own.
  public var password: String?
  /// The certificate of the authority that signed the broker's, a file; `nil`: the authorities that the system trusts.
  public var authority: String?
  /// The host where gpsd runs; `nil`: no receiver.
  public var gpsd: String?

  public init() {}

  /// A file to write.
  public struct File: Hashable, Sendable {
    /// Below the configuration's folder.
    public var path: String
    public var text: String
    /// Only its owner, the service's account, may read it.
    public var isSecret = false
  }

  /// The password's file, beside `waypost.yaml`.
  public static let passwordFile = "mqtt-password"

  /// The files, in the order in which they are to be written: what others name comes first.
  public var files: [File] {
    var files: [File] = []
    if let password { files.append(File(path: Self.passwordFile, text: password + "\n", isSecret: true)) }
    if let gpsd { files.append(File(path: "devices.d/gps.yaml", text: Self.devices(gpsd: gpsd))) }
    if gpsd != nil { files.append(File(path: "rules.d/report.yaml", text: Self.report)) }
    files.append(File(path: "waypost.yaml", text: main))
    return files
  }

  /// The first thing that is wrong with the answers, in words for who gave them; `nil` when a gateway would take them. Files that are
  /// named and not there yet are no mistake.
  public var mistake: String? {
    var diagnostics = Diagnostics()
    _ = GatewayConfiguration.read(
      SourceFile(path: "waypost.yaml", text: main), defaultID: "unnamed", diagnostics: &diagnostics)
    guard let first = diagnostics.sorted().first(where: { $0.severity == .error }) else { return nil }
    return first.message + (first.help.map { "; \($0)" } ?? "")
  }

  private var main: String {
    var lines = [
      "# yaml-language-server: $schema=/usr/share/waypost/schema/config.json",
      "# Who this gateway is and where it sends. After each change: `waypost check`, then `waypost reload`.",
      "# Every key is described in /usr/share/doc/waypost/configuration.md.",
      "",
    ]
    if let id { lines += ["gateway:", "  id: \(Self.quoted(id))", ""] }
    guard let broker else {
      lines += [
        "# Where to send: nowhere yet. What the gateway sees is kept in its journal meanwhile.", "# uplinks:",
        "#   central:",
        "#     mqtt:", "#       url: mqtts://broker.example.com", "",
      ]
      return lines.joined(separator: "\n")
    }
    lines += ["uplinks:", "  central:", "    mqtt:", "      url: \(Self.quoted(broker))"]
    if let username { lines.append("      username: \(Self.quoted(username))") }
    if password != nil { lines.append("      password: { file: \(Self.passwordFile) }") }
    if let authority { lines.append("      tls: { ca: \(Self.quoted(authority)) }") }
    lines += [
      "    # All that was seen goes to a new server: write `from: now` to begin with what comes next.",
      "    from: oldest",
      "    compress: deflate", "",
    ]
    return lines.joined(separator: "\n")
  }

  private static func devices(gpsd host: String) -> String {
    var lines = [
      "# yaml-language-server: $schema=/usr/share/waypost/schema/devices.json", "# What is connected.", "", "devices:",
      "  gps:",
      "    driver: gpsd",
    ]
    if host != "127.0.0.1" { lines.append("    host: \(quoted(host))") }
    return (lines + [""]).joined(separator: "\n")
  }

  private static let report = """
    # yaml-language-server: $schema=/usr/share/waypost/schema/rules.json
    # How often the position goes out. Without this file it does every second, 86,400 times a day.

    report:
      - signals: [gps.position]
        every: 10 min                      # parked
        or_moved: 200 m                    # on the road
        or_turned: 25 deg                  # at once in a bend, so that the track on the map follows the road

    """

  /// As a YAML double-quoted scalar where a plain one could be read as something else (YAML 1.2.2, section 7.3).
  static func quoted(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0)
        || [45, 46, 47, 58, 95, 64].contains($0)
    }
    let isWord = text.utf8.contains { (65...90).contains($0) || (97...122).contains($0) || $0 == 47 }
    if isPlain, isWord, !text.hasSuffix(":"), text.utf8.first.map({ $0 != 45 && $0 != 64 && $0 != 58 }) == true,
      !["true", "false", "null", "yes", "no"].contains(text.lowercased())
    {
      return text
    }
    var writer = JSONWriter()
    // JSON's strings are YAML's double-quoted ones (YAML 1.2.2, section 1.2).
    writer.string(text)
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

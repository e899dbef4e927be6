import Glibc

/// The serial ports that the box has now, and what else on it may reach for them.
public struct SerialPorts: Hashable, Sendable {
  /// Paths by name, which stay the same whichever plug an adapter sits in, else `/dev/ttyUSB0` and the like; sorted.
  public var paths: [String]
  /// Programs that are running and talk to every new serial port to find out whether it is theirs.
  var intruders: [String]

  /// Known for it: modems (ModemManager) and Braille displays (brltty).
  private static let probing = ["ModemManager", "brltty"]
  /// More than any box has.
  private static let limit = 64

  init(paths: [String], intruders: [String]) {
    self.paths = paths
    self.intruders = intruders
  }

  /// Looks at `/dev` and `/proc`.
  public static func present() -> SerialPorts {
    var paths = names(in: "/dev/serial/by-id").map { "/dev/serial/by-id/" + $0 }
    let named = Set(paths.compactMap(target))
    paths += names(in: "/dev").map { "/dev/" + $0 }.filter { path in
      ["/dev/ttyUSB", "/dev/ttyACM", "/dev/ttyAMA", "/dev/ttymxc"].contains { path.hasPrefix($0) }
        && !named.contains(path)
    }
    let running = names(in: "/proc").filter { $0.allSatisfy(\.isNumber) }.compactMap { process -> String? in
      switch SmallFile.read("/proc/\(process)/comm") {
      case .success(let name): name
      case .failure: nil  // It has ended meanwhile.
      }
    }
    return SerialPorts(paths: Array(paths.sorted().prefix(limit)), intruders: probing.filter(running.contains))
  }

  var findings: [Finding] {
    guard !paths.isEmpty else { return [] }
    var findings: [Finding] = [.good("ports", paths.joined(separator: ", "))]
    for intruder in intruders {
      findings.append(
        .warning(
          "ports",
          "\(intruder) is running: it talks to every serial port that is plugged in, and disturbs what hangs there",
          remedy: "if no modem or display needs it: `systemctl mask --now \(intruder)`"))
    }
    return findings
  }

  private static func target(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  private static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted()
  }
}

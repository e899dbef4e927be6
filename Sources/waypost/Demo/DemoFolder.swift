import Config
import Glibc

/// A gateway's files for the demonstration, in a temporary folder: a simulated truck, the shipped rules, one uplink to a server on
/// this machine.
struct DemoFolder {
  let path: String

  /// Where the shipped rules are looked for: as given, in the package, in a checkout.
  private static let places = ["/usr/share/waypost/rules", "rules"]

  /// - Parameters:
  ///   - rules: The folder of rules; `nil` for those that are shipped.
  ///   - port: The server's, on the loopback.
  init(rules: String?, port: Int) throws(ChildProcess.Failure) {
    guard
      let rules = ([rules].compactMap { $0 } + (rules == nil ? Self.places : []))
        .first(where: { access($0, R_OK | X_OK) == 0 })
    else {
      throw ChildProcess.Failure(
        description: "the rules to drive through are not found; name their folder with --rules")
    }
    var template = Array("/tmp/waypost-demo-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw ChildProcess.Failure(description: "no temporary folder to be had: \(String(cString: strerror(errno)))")
    }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    do throws(ChildProcess.Failure) {
      try fill(rules: rules, port: port)
    } catch {
      Self.remove(path)
      throw error
    }
  }

  private func fill(rules: String, port: Int) throws(ChildProcess.Failure) {
    guard let absolute = realpath(rules, nil) else {
      throw ChildProcess.Failure(description: "\(rules): \(String(cString: strerror(errno)))")
    }
    defer { free(absolute) }
    try link(String(cString: absolute), into: path + "/rules.d")
    try write("rules.d/00-demo.yaml", Self.report)
    try write("waypost.yaml", configuration(port: port))
    // Rules that speak of more than a receiver bring the simulated sensors along.
    let devices = String(cString: absolute) + "/devices.d"
    if access(devices, R_OK | X_OK) == 0 {
      symlink(devices, path + "/devices.d")
    } else {
      mkdir(path + "/devices.d", 0o700)
      try write("devices.d/truck.yaml", Self.devices)
    }
  }

  /// `catch_up` is slow enough for the eye.
  private func configuration(port: Int) -> String {
    """
    gateway:
      id: demo-truck
    journal:
      path: \(path)/journal.db
      flush: 500 ms
    uplinks:
      central:
        websocket:
          url: ws://127.0.0.1:\(port)/gateway
        batch: { records: 100, linger: 0 s }
        catch_up: 1 KB per second
    api:
      socket: \(path)/control.sock
    """
  }

  /// The folder's entries one by one, so that the demonstration's own file stands beside them.
  private func link(_ folder: String, into target: String) throws(ChildProcess.Failure) {
    mkdir(target, 0o700)
    guard let directory = opendir(folder) else {
      throw ChildProcess.Failure(description: "\(folder): \(String(cString: strerror(errno)))")
    }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { symlink(folder + "/" + name, target + "/" + name) }
    }
  }

  /// Every fix goes up, whatever the rules' own policies spare: a journal that fills is to be seen in two minutes.
  private static let report = """
    report:
      - signals: [gps.position]
        every: 1 s
    """

  /// From the depot through the customer's yard and back, about 1.4 km.
  private static let devices = """
    devices:
      gps:
        driver: simulator
        waypoints: [[6.1432, 46.2044], [6.1484, 46.2050], [6.1502, 46.2046], [6.1470, 46.2036], [6.1432, 46.2044]]
        every: 1 s
        speed: 50 km/h
        seed: 7
    """

  private func write(_ name: String, _ text: String) throws(ChildProcess.Failure) {
    let descriptor = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw ChildProcess.Failure(description: "\(path)/\(name): \(String(cString: strerror(errno)))")
    }
    defer { close(descriptor) }
    Output.write(Array(text.utf8), to: descriptor)
  }

  /// The end of what the gateway logged.
  var lastLogLines: String {
    do throws(Diagnostic) {
      let text = String(decoding: try SourceFile.read(path: path + "/log").bytes, as: UTF8.self)
      return text.split(separator: "\n").suffix(20).joined(separator: "\n")
    } catch {
      return "(none: \(error.message))"
    }
  }

  /// Removes the folder and what is in it.
  func remove() { Self.remove(path) }

  private static func remove(_ path: String) {
    // A link goes, never what it leads to; a folder with something in it stays.
    guard Glibc.remove(path) != 0, let directory = opendir(path) else { return }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != ".", name != ".." { remove(path + "/" + name) }
    }
    Glibc.remove(path)
  }
}

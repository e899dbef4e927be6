import Config
import Glibc

/// A gateway's files for the demonstration, in a temporary folder: a simulated truck, the shipped rules, one uplink to a broker on
/// this machine.
struct DemoFolder {
  let path: String
  let port: Int

  /// Where the shipped rules are looked for: as given, in the package, in a checkout.
  private static let places = ["/usr/share/waypost/rules", "rules"]

  init(rules: String?) throws(ChildProcess.Failure) {
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
      port = try Self.freePort()
      try fill(rules: rules)
    } catch {
      Self.remove(path)
      throw error
    }
  }

  private func fill(rules: String) throws(ChildProcess.Failure) {
    guard let absolute = realpath(rules, nil) else {
      throw ChildProcess.Failure(description: "\(rules): \(String(cString: strerror(errno)))")
    }
    defer { free(absolute) }
    symlink(absolute, path + "/rules.d")
    try write("waypost.yaml", configuration)
    // Rules that speak of more than a receiver bring the simulated sensors along.
    let devices = String(cString: absolute) + "/devices.d"
    if access(devices, R_OK | X_OK) == 0 {
      symlink(devices, path + "/devices.d")
    } else {
      mkdir(path + "/devices.d", 0o700)
      try write("devices.d/truck.yaml", Self.devices)
    }
    try write("mosquitto.conf", "listener \(port) 127.0.0.1\nallow_anonymous true\npersistence false\n")
  }

  private var configuration: String {
    """
    gateway:
      id: demo-truck
    journal:
      path: \(path)/journal.db
      flush: 500 ms
    uplinks:
      central:
        mqtt:
          url: mqtt://127.0.0.1:\(port)
        batch: { records: 100, linger: 0 s }
    api:
      socket: \(path)/control.sock
    """
  }

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

  /// A port of the loopback that nobody listens on now.
  private static func freePort() throws(ChildProcess.Failure) -> Int {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        bind(descriptor, raw, length) == 0 ? getsockname(descriptor, raw, &length) : -1
      }
    }
    guard result == 0 else { throw ChildProcess.Failure(description: "no port to be had (errno \(errno))") }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  /// Waits until the broker takes connections: `mosquitto_sub` gives up at once where nobody listens yet.
  func waitForBroker() throws(ChildProcess.Failure) {
    for _ in 0..<200 {
      if isBrokerListening { return }
      poll(nil, 0, 50)
    }
    throw ChildProcess.Failure(description: "mosquitto doesn't listen on port \(port) after 10 s")
  }

  private var isBrokerListening: Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    address.sin_port = in_port_t(port).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
        connect(descriptor, raw, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
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

import Glibc

/// The names that udev gives to adapters by maker and serial number, which stay whatever is plugged in beside them.
enum LastingName {
  static let folder = "/dev/serial/by-id"
  private static let limit = 256

  /// The lasting name of a port that is called by its number, as `/dev/ttyUSB0`; `nil` where it has none, or is called by a link already.
  static func of(_ path: String, among folder: String = folder) -> String? {
    guard let real = resolved(path), real == path, let directory = opendir(folder) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory), names.count < limit {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted().map { "\(folder)/\($0)" }.first { resolved($0) == path }
  }

  private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}

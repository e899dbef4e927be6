import Glibc

/// The name by which a port was opened, which may come to stand for another one while it is open: of adapters that come back together,
/// as after a hub lost its power, one may be opened under the number that the name had led to before, and that is another's by now.
enum PortName {
  /// True where the name leads to another device than the one that is open, or to none.
  static func leadsElsewhere(_ path: String, than descriptor: Int32) -> Bool {
    var named = stat()
    var held = stat()
    guard stat(path, &named) == 0 else { return errno == ENOENT }
    return fstat(descriptor, &held) == 0 && held.st_rdev != named.st_rdev
  }
}

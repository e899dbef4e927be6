import Glibc

/// A small file system of the test's own, for disks that are full or read-only. Needs root.
final class Mount {
  let path: String

  /// `nil` where this machine doesn't let us mount.
  init?(megabytes: Int, name: String, in bench: Bench) {
    path = bench.path(name)
    guard mkdir(path, 0o755) == 0, mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else { return nil }
    // Lazily: what a test left open must not keep it from going.
    bench.atEnd { [path] in umount2(path, Int32(MNT_DETACH)) }
  }

  func remount(readOnly: Bool) throws {
    let flags = UInt(MS_REMOUNT) | (readOnly ? UInt(MS_RDONLY) : 0)
    guard mount("tmpfs", path, "tmpfs", flags, nil) == 0 else { throw lastError("remount") }
  }

  /// Takes all the room there is.
  func fill() throws {
    let descriptor = open("\(path)/ballast", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw lastError("open ballast") }
    defer { close(descriptor) }
    for size in [65_536, 4096, 512] {
      let block = [UInt8](repeating: 0, count: size)
      while write(descriptor, block, size) > 0 {}
    }
    guard errno == ENOSPC else { throw lastError("fill") }
  }

  func makeRoom() { unlink("\(path)/ballast") }
}

import Glibc

/// A small file system of the test's own on a loop device, ext4 as on a box's card: room runs out as it does there, also for what has
/// already been written and not yet been given its blocks. Needs root.
final class SmallDisk: @unchecked Sendable {
  /// Where it is mounted.
  let path: String
  private let image: String
  private let bench: Bench
  private var commands = 0

  /// `nil` where this machine doesn't let us make or mount one.
  init?(megabytes: Int, name: String = "disk", in bench: Bench) throws {
    self.bench = bench
    path = bench.path(name)
    image = bench.path("\(name).img")
    guard let make = Environment.program("mkfs.ext4"), let mount = Environment.program("mount"),
      let unmount = Environment.program("umount"), geteuid() == 0
    else { return nil }
    let file = open(image, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0, ftruncate(file, megabytes << 20) == 0, mkdir(path, 0o755) == 0 else {
      throw lastError("make \(image)")
    }
    close(file)
    // Nothing reserved for root, who would have room where a service has none; no journal, which takes 4 MB of 16.
    guard try run(make, ["-q", "-F", "-m", "0", "-O", "^has_journal", image]),
      try run(mount, ["-o", "loop", image, path])
    else { return nil }
    // Lazily: what a test left open must not keep it from going.
    bench.atEnd { [self] in _ = try? run(unmount, ["-l", path]) }
  }

  private func run(_ program: String, _ arguments: [String]) throws -> Bool {
    commands += 1
    return try bench.run(program, arguments, name: "disk-\(commands)").exit == .code(0)
  }

  /// Bytes that are free.
  var free: Int {
    var status = statvfs()
    return statvfs(path, &status) == 0 ? Int(status.f_bavail * status.f_frsize) : 0
  }

  /// Somebody else takes all the room there is, but for so many bytes.
  func fill(leaving rest: Int = 0) throws {
    let file = open("\(path)/somebody-else", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw lastError("fill \(path)") }
    defer { close(file) }
    // Given out without being written: the disk below has other work.
    let end = lseek(file, 0, SEEK_END)
    let most = off_t(free - rest - 262_144)
    if most > 0, posix_fallocate(file, end, most) == 0 { lseek(file, 0, SEEK_END) }
    // A file system of this size has blocks of 1,024 bytes. Smaller steps would each wait for the disk, a thousand times a block, and never
    // end while a journal gives room back.
    for size in [65_536, 4096, 1024] {
      let block = [UInt8](repeating: 1, count: size)
      // Blocks are given out late, so what was taken is on disk before the room that is left is asked for.
      while free - size >= rest, write(file, block, size) == size { if size < 65_536 { fsync(file) } }
      fsync(file)
    }
  }

  /// Somebody else's file goes.
  func makeRoom() { unlink("\(path)/somebody-else") }
}

/// What a process must be started with, so that its disk takes its time with each fsync.
enum SlowDisk {
  static func environment(milliseconds: Int, in bench: Bench) throws -> [String: String] {
    let library = bench.path("slow_disk.so")
    guard let compiler = Environment.program("cc") else { throw Failure("no C compiler") }
    let source = "\(Environment.packageRoot)/Tests/Preload/slow_disk.c"
    let built = try bench.run(compiler, ["-shared", "-fPIC", "-O1", "-o", library, source], name: "cc-slow-disk")
    guard built.exit == .code(0) else { throw Failure("cc: \(built.errors)") }
    return ["LD_PRELOAD": library, "WAYPOST_SYNC_MILLISECONDS": "\(milliseconds)"]
  }
}

import Glibc

/// gpsd under Debian's `gpsfake -1`, fed once with a real receiver's log.
struct GPSFake {
  let port: Int
  private let child: Child

  /// `-p` makes gpsfake a client of its gpsd, without which it never ends; `pause` seconds go by between sentences, without which gpsd
  /// 3.22 misses the beginning on a fast machine.
  init(log: String, port: Int, pause: Double = 0.01, name: String = "gpsfake", in bench: Bench) throws {
    guard let program = Environment.program("gpsfake") else { throw Failure("gpsfake is not installed") }
    self.port = port
    child = try Child(
      program, ["-1", "-q", "-p", "-c", "\(pause)", "-P", "\(port)", log], name: name, in: bench,
      environment: ["TMPDIR": bench.directory, "PYTHONUNBUFFERED": "1"])
  }

  /// Waits until the log is at its end and gpsd gone.
  func wait(within seconds: Double) throws {
    let exit = try child.wait(within: seconds)
    // 1 is what it says when gpsd ended before it did.
    guard exit == .code(0) || exit == .code(1) else { throw Failure("gpsfake: \(exit); \(child.tail)") }
  }

  /// Where all that gpsd gave to gpsfake itself stands: JSON, with the sentences between.
  var recording: String { child.outputFile }

  /// The JSON lines that gpsd gave to gpsfake itself.
  var reports: [GPSDReport] { GPSDReport.lines(of: Array(child.output.utf8)) }
}

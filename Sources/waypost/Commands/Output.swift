import Config
import Glibc

/// Standard output and standard error, written whole.
enum Output {
  static func print(_ text: String) { write(Array((text + "\n").utf8), to: STDOUT_FILENO) }
  static func complain(_ text: String) { write(Array((text + "\n").utf8), to: STDERR_FILENO) }

  /// Colours only where a person looks, and not where `$NO_COLOR` (no-color.org) asks for none.
  static func isColourful(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1 && getenv("NO_COLOR") == nil
  }

  static func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        // The reader has gone (`waypost replay … | head`): nothing more can be said to it.
        exit(errno == EPIPE ? 0 : 2)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Why a file could not be written.
  struct SaveFailure: Error, CustomStringConvertible {
    let description: String
  }

  /// Writes a whole file, over what is there.
  /// - Parameter replaces: False: a file that is there already is left alone, and that is a failure.
  static func save(_ bytes: [UInt8], to path: String, replaces: Bool = true) throws(SaveFailure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | (replaces ? O_TRUNC : O_EXCL) | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw SaveFailure(
        description: errno == EEXIST && !replaces
          ? "\(path) is there already" : "\(path) can't be written (\(String(cString: strerror(errno))))")
    }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw SaveFailure(description: "\(path): \(String(cString: strerror(errno)))") }
      rest = rest.dropFirst(count)
    }
  }

  /// Shows what is wrong with the files, as a compiler would, and how much of it.
  static func show(_ diagnostics: Diagnostics, sources: [SourceFile], format: OutputFormat) {
    let renderer = DiagnosticRenderer(sources: sources)
    switch format {
    case .json:
      for diagnostic in diagnostics.sorted() { print(renderer.json(diagnostic)) }
    case .text:
      for diagnostic in diagnostics.sorted() {
        complain(renderer.text(diagnostic, color: isColourful(STDERR_FILENO)))
      }
      if diagnostics.dropped > 0 { complain("… and \(diagnostics.dropped) more") }
    }
  }
}

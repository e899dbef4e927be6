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
    }
  }
}

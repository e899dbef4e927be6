import ArgumentParser
import Config
import Gateway
import Glibc

/// The rule file that zones are written to.
enum ZoneFile {
  /// Writes the zone into the file, or prints it where there is none.
  static func addOrPrint(_ entry: ZoneEntry, _ file: String?) throws {
    guard let file else { return Output.print("zones:\n  \(entry.line)") }
    try add(entry, to: file)
    Output.print("\(entry.line)\nwritten to \(file); `waypost check` and `waypost reload` take it into service")
  }

  /// What the file would be with the zone in it.
  /// - Throws: A `Diagnostic` where it can't have it.
  static func changed(_ path: String, with entry: ZoneEntry) throws -> [UInt8] {
    let bytes = access(path, F_OK) == 0 ? try SourceFile.read(path: path).bytes : []
    return try ZoneInsertion.inserting(entry, into: SourceFile(path: path, bytes: bytes))
  }

  /// Adds the zone.
  static func add(_ entry: ZoneEntry, to path: String) throws {
    try replace(path, with: changed(path, with: entry))
  }

  /// Replaces a file as a whole, so that nobody reads half of it; what may read it stays as it was.
  static func replace(_ path: String, with changed: [UInt8]) throws(Output.SaveFailure) {
    var status = stat()
    let mode = stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0o644
    let temporary = path + "~"
    try Output.save(changed, to: temporary)
    guard chmod(temporary, mode) == 0, rename(temporary, path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(temporary)
      throw Output.SaveFailure(description: "\(path) can't be written (\(reason))")
    }
  }

  /// Shows what is wrong, and ends with 1 where it is what the file holds, with 2 where something couldn't be done.
  static func stop(_ error: any Error, _ path: String?) throws -> Never {
    if error is ExitCode { throw error }
    guard let diagnostic = error as? Diagnostic else {
      Output.complain("waypost: \(error)")
      throw ExitCode(2)
    }
    var diagnostics = Diagnostics()
    diagnostics.append(diagnostic)
    var sources: [SourceFile] = []
    if let path, !(diagnostic.span?.isWholeFile ?? true) { sources = [try SourceFile.read(path: path)] }
    Output.show(diagnostics, sources: sources, format: .text)
    throw ExitCode(diagnostic.span?.isWholeFile ?? true ? 2 : 1)
  }
}

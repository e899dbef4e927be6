/// YAML 1.2 as configuration files use it: one document, the core schema, no tags of one's own, no key twice.
public enum YAML {
  /// Reads a file. What is wrong with it comes to `diagnostics`, every mistake at its place.
  ///
  /// After a syntax error the text is taken up again at the next line that begins at the margin, so that one mistake doesn't hide
  /// those further down.
  /// - Returns: the tree, also when a key was doubled or a tag refused; an empty mapping for a file with nothing but comments; `nil`
  ///   when the text is no YAML or goes beyond a limit.
  public static func parse(
    _ file: SourceFile, limits: YAMLLimits = .default, diagnostics: inout Diagnostics
  ) -> YAMLNode? {
    let map = SourceMap(file)
    guard file.bytes.count <= limits.bytes else {
      diagnostics.error(
        "file-too-large",
        "the file is \(Quantity.text(bytes: Int64(file.bytes.count))), and at most \(Quantity.text(bytes: Int64(limits.bytes))) are read",
        at: SourceSpan(wholeFile: file.path),
        help: "is this the right file? If so, split it or leave out what isn't needed")
      return nil
    }
    guard SourceText.check(file, map: map, diagnostics: &diagnostics) else { return nil }

    let scalars = ScalarOffsets(file.bytes)
    let start = file.byteOrderMarkLength
    var builder = YAMLBuilder(file: file, map: map, limits: limits)
    let root: YAMLNode?
    do {
      root = try builder.build(YAMLEvents(file.bytes, from: start, scalars: scalars), diagnostics: &diagnostics)
    } catch {
      report(error, file: file, map: map, diagnostics: &diagnostics)
      continueAfter(error, file: file, map: map, scalars: scalars, limits: limits, diagnostics: &diagnostics)
      return nil
    }
    return root
  }

  private static func report(
    _ failure: YAMLEvents.Failure, file: SourceFile, map: SourceMap, diagnostics: inout Diagnostics
  ) {
    let fault = YAMLFault(failure, bytes: file.bytes, map: map)
    diagnostics.error(
      fault.code, fault.message, at: map.span(fault.range.lowerBound, fault.range.upperBound), help: fault.help)
  }

  /// Looks for more syntax errors below the first, 20 at most.
  private static func continueAfter(
    _ first: YAMLEvents.Failure, file: SourceFile, map: SourceMap, scalars: ScalarOffsets, limits: YAMLLimits,
    diagnostics: inout Diagnostics
  ) {
    var failure = first
    for _ in 0..<20 {
      let fault = YAMLFault(failure, bytes: file.bytes, map: map)
      guard let resume = nextKeyAtMargin(after: fault.range.lowerBound, bytes: file.bytes) else { return }
      var builder = YAMLBuilder(file: file, map: map, limits: limits, isFragment: true)
      do {
        _ = try builder.build(YAMLEvents(file.bytes, from: resume, scalars: scalars), diagnostics: &diagnostics)
        return
      } catch {
        failure = error
        report(error, file: file, map: map, diagnostics: &diagnostics)
      }
    }
  }

  /// The next line that begins with a letter and has a colon.
  private static func nextKeyAtMargin(after offset: Int, bytes: [UInt8]) -> Int? {
    var index = offset
    while index < bytes.count {
      while index < bytes.count, bytes[index] != 10, bytes[index] != 13 { index += 1 }
      while index < bytes.count, bytes[index] == 10 || bytes[index] == 13 { index += 1 }
      guard index < bytes.count else { return nil }
      let line = bytes[index...].prefix { $0 != 10 && $0 != 13 }
      let first = line.first ?? 0
      if (97...122).contains(first | 32) || first == 95, line.contains(UInt8(ascii: ":")) { return index }
    }
    return nil
  }
}

import Config
import Glibc
import Model

extension Secret {
  /// Reads `{ credential: NAME }`, `{ file: PATH }` or, with a warning, the secret itself.
  static func read(
    _ node: YAMLNode, _ what: String, context: UplinkContext, _ diagnostics: inout Diagnostics
  ) -> Secret? {
    if case .scalar = node.content {
      guard let text = node.string(what, limit: limit, diagnostics: &diagnostics) else { return nil }
      diagnostics.warning(
        "literal-secret", "\(what) stands here for everyone to read who can read this file", at: node.span,
        help: "write `{ credential: NAME }` for a systemd credential, or `{ file: PATH }`")
      return .literal(text)
    }
    guard var reader = MappingReader(node, what: what, diagnostics: &diagnostics) else { return nil }
    let credential = reader.entry("credential")
    let file = reader.entry("file")
    reader.finish(diagnostics: &diagnostics)
    switch (credential, file) {
    case (let credential?, nil):
      return credential.value.name("a credential", form: .label, diagnostics: &diagnostics).map { .credential($0) }
    case (nil, let file?):
      guard let path = file.value.string("`file`", diagnostics: &diagnostics) else { return nil }
      return readFile(path, at: file.value.span, context: context, &diagnostics)
    case (_?, let file?):
      diagnostics.error(
        "two-secrets", "\(what) is either a credential or a file", at: file.key.span, help: "delete one of them")
    case (nil, nil):
      diagnostics.error(
        "missing-key", "\(what) needs `credential` or `file`", at: reader.span,
        help: "write `{ credential: NAME }` for a systemd credential, or `{ file: PATH }`")
    }
    return nil
  }

  private static func readFile(
    _ path: String, at span: SourceSpan, context: UplinkContext, _ diagnostics: inout Diagnostics
  ) -> Secret {
    let absolute = path.hasPrefix("/") ? path : context.folder + "/" + path
    if access(absolute, F_OK) != 0 {
      diagnostics.warning(
        "missing-file", "there is no file `\(absolute)` yet", at: span, help: "it is read at each connection")
    } else if isExposed(path: absolute) {
      diagnostics.warning(
        "exposed-secret", "others than its owner can read or write `\(absolute)`", at: span,
        help: "run `chmod 600 \(absolute)`")
    }
    return .file(absolute)
  }
}

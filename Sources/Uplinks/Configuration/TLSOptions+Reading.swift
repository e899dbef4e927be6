import Config
import Glibc
import Model
import Trust

extension TLSOptions {
  private static let mostLists = 16
  private static let mostProtocols = 8

  /// Reads `tls:` and looks at the files that it names.
  static func read(_ node: YAMLNode, context: UplinkContext, _ diagnostics: inout Diagnostics) -> TLSOptions? {
    guard var reader = MappingReader(node, what: "`tls`", example: "{ ca: ca.pem }", diagnostics: &diagnostics)
    else { return nil }
    var options = TLSOptions()
    var places: [TLSInspection.Part: SourceSpan] = [:]
    func file(_ node: YAMLNode?, _ what: String, _ part: TLSInspection.Part) -> CredentialFile? {
      guard let node else { return nil }
      places[part] = node.span
      return CredentialFile.read(node, what, context: context, &diagnostics)
    }
    let certificate = reader.entry("certificate")
    let key = reader.entry("key")
    options.settings.authority = file(reader.optional("ca"), "`ca`", .authority)
    options.settings.certificate = file(reader.optional("certificate"), "`certificate`", .certificate)
    if let node = reader.optional("key") {
      places[.key] = node.span
      readKey(node, into: &options, context: context, &diagnostics)
    }
    if let node = reader.optional("crl") {
      for (index, item) in items(node, "`crl`", most: mostLists, &diagnostics).enumerated() {
        if let list = file(item, "`crl`", .revocationList(index)) { options.settings.revocationLists.append(list) }
      }
    }
    if let version = reader.optional("minimum_version")?
      .choice("`minimum_version`", of: TLSVersion.allCases.map { ($0.rawValue, $0) }, diagnostics: &diagnostics)
    {
      options.settings.minimumVersion = version
    }
    if let node = reader.optional("alpn") {
      options.settings.protocols = items(node, "`alpn`", most: mostProtocols, &diagnostics)
        .compactMap { $0.string("a protocol", limit: 255, diagnostics: &diagnostics) }
    }
    options.settings.serverName = reader.optional("server_name")?
      .string("`server_name`", limit: 253, diagnostics: &diagnostics)
    reader.explain(
      [
        "insecure", "verify", "verify_hostname", "skip_verify", "insecure_skip_verify", "allow_self_signed",
        "reject_unauthorized",
      ],
      "the check can't be switched off; name a copy of the broker's certificate as `ca`")
    reader.explain(["enabled", "enable"], "take it out: `mqtts://` in `url` says that TLS is spoken")
    reader.finish(diagnostics: &diagnostics)
    if let certificate, !certificate.value.isNull, key.map(\.value.isNull) ?? true {
      diagnostics.error(
        "missing-key", "a certificate goes with its key", at: certificate.key.span, help: "add `key: …`")
    }
    if let key, !key.value.isNull, certificate.map(\.value.isNull) ?? true {
      diagnostics.error(
        "missing-key", "a key goes with its certificate", at: key.key.span, help: "add `certificate: …`")
    }
    tell(TLSInspection(options.settings, at: Int64(time(nil))), places, &diagnostics)
    return options
  }

  private static func tell(
    _ inspection: TLSInspection, _ places: [TLSInspection.Part: SourceSpan], _ diagnostics: inout Diagnostics
  ) {
    for (part, finding) in inspection.findings {
      let place = places[part]
      switch finding {
      case .absent(let failure):
        diagnostics.warning("missing-file", failure.message, at: place, help: failure.remedy)
      case .unusable(let failure):
        diagnostics.error("tls", failure.message, at: place, help: failure.remedy)
      case .ending(let days, let failure):
        diagnostics.warning(
          days < 0 ? "expired-certificate" : "ending-certificate", failure.message, at: place, help: failure.remedy)
      }
    }
  }

  /// A path, a URI, `{ file: PATH }`, `{ credential: NAME }` or `{ uri: URI, pin: SECRET }`.
  private static func readKey(
    _ node: YAMLNode, into options: inout TLSOptions, context: UplinkContext, _ diagnostics: inout Diagnostics
  ) {
    if case .scalar = node.content {
      guard let text = node.string("`key`", limit: 1024, diagnostics: &diagnostics) else { return }
      if KeySource.isURI(text) {
        options.settings.key = uri(text, at: node.span, &diagnostics)
      } else {
        options.settings.key = .file(.path(context.absolute(text)))
      }
      return
    }
    guard var reader = MappingReader(node, what: "`key`", diagnostics: &diagnostics) else { return }
    if reader.contains("uri") {
      let entry = reader.required("uri", diagnostics: &diagnostics)
      let pin = reader.optional("pin")
      reader.finish(diagnostics: &diagnostics)
      if let entry, let text = entry.string("`uri`", limit: 1024, diagnostics: &diagnostics) {
        guard KeySource.isURI(text) else {
          diagnostics.error(
            "uri", "`\(text)` is no URI of a key", at: entry.span,
            help: "write `pkcs11:token=…;object=…`, or `handle:0x81000001` for a key in a TPM")
          return
        }
        options.settings.key = uri(text, at: entry.span, &diagnostics)
      }
      options.pin = pin.flatMap { Secret.read($0, "`pin`", context: context, &diagnostics) }
    } else if let file = CredentialFile.read(node, "`key`", context: context, &diagnostics) {
      options.settings.key = .file(file)
    }
  }

  private static func uri(_ text: String, at span: SourceSpan, _ diagnostics: inout Diagnostics) -> KeySource {
    if text.contains("pin-value=") {
      diagnostics.warning(
        "literal-secret", "the token's PIN stands here for everyone to read who can read this file", at: span,
        help: "write `key: { uri: …, pin: { credential: NAME } }`")
    }
    return .uri(text)
  }

  /// One value or a list of them.
  private static func items(
    _ node: YAMLNode, _ what: String, most: Int, _ diagnostics: inout Diagnostics
  ) -> [YAMLNode] {
    guard case .sequence = node.content else { return [node] }
    return node.sequence(what, count: 1...most, diagnostics: &diagnostics) ?? []
  }
}

extension CredentialFile {
  /// Reads a path, `{ file: PATH }` or `{ credential: NAME }`.
  static func read(
    _ node: YAMLNode, _ what: String, context: UplinkContext, _ diagnostics: inout Diagnostics
  ) -> CredentialFile? {
    if case .scalar = node.content {
      return node.string(what, limit: 1024, diagnostics: &diagnostics).map { .path(context.absolute($0)) }
    }
    guard var reader = MappingReader(node, what: what, diagnostics: &diagnostics) else { return nil }
    let credential = reader.optional("credential")
    let file = reader.optional("file")
    reader.finish(diagnostics: &diagnostics)
    switch (credential, file) {
    case (let credential?, nil):
      return credential.name("a credential", form: .label, diagnostics: &diagnostics).map { .credential($0) }
    case (nil, let file?):
      return file.string("`file`", limit: 1024, diagnostics: &diagnostics).map { .path(context.absolute($0)) }
    case (_?, let file?):
      diagnostics.error(
        "two-secrets", "\(what) is either a credential or a file", at: file.span, help: "delete one of them")
    case (nil, nil):
      diagnostics.error(
        "missing-key", "\(what) needs a file", at: reader.span,
        help: "write its path, or `{ credential: NAME }` for a systemd credential")
    }
    return nil
  }
}

extension UplinkContext {
  /// A path as the configuration means it: relative to its folder.
  func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }
}

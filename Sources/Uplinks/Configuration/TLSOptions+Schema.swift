import Config
import Trust

extension TLSOptions {
  /// What `tls:` may hold.
  static var schema: Schema { .object(keys) }

  private static let file = Schema.either([
    .text(pattern: "^.+$"),
    .object([
      .init("credential", .text(pattern: "^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$"), "A systemd credential of that name"),
      .init("file", .text(pattern: "^.+$"), "Or a file, looked for beside this file"),
    ]),
  ])

  private static let key = Schema.either([
    file,
    .object([
      .init("uri", .text(pattern: "^(pkcs11|handle|object):.+$"), isRequired: true, "The key in a TPM or token"),
      .init("pin", Secret.schema, "The token's PIN"),
    ]),
  ])

  private static var keys: [Schema.Key] {
    [
      .init("ca", file, standard: "the system's", "Authorities to trust, PEM"),
      .init("certificate", file, "The box's own certificate and those between it and its authority, PEM"),
      .init("key", key, "The certificate's key: a file of mode 0600, `handle:0x81…` or `pkcs11:…`"),
      .init("crl", .oneOrMore(file), "Revocation lists, PEM or DER; the broker must be covered by one"),
      .init(
        "minimum_version", .choice(TLSVersion.allCases.map(\.rawValue)), standard: "1.2",
        "The oldest version of TLS to speak"),
      .init("alpn", .oneOrMore(.text()), "Protocols to offer"),
      .init(
        "server_name", .text(), standard: "the host of `url`",
        "The name to ask for and to look for in the broker's certificate"),
    ]
  }
}

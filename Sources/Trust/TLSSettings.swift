/// What a TLS client is to trust and to show; the host to connect to comes with each context.
public struct TLSSettings: Sendable, Hashable {
  /// Own certificate authorities, in place of the system's; PEM, one or several.
  public var authority: CredentialFile?
  /// The client's certificate, followed by those between it and its authority; PEM.
  public var certificate: CredentialFile?
  /// The key of `certificate`.
  public var key: KeySource?
  /// Certificate revocation lists; PEM or DER. With any, the server's certificate must be covered by one.
  public var revocationLists: [CredentialFile] = []
  /// Nothing older is spoken.
  public var minimumVersion: TLSVersion = .v1_2
  /// Protocols to offer by ALPN (RFC 7301), in the order of preference; each 1…255 bytes.
  public var protocols: [String] = []
  /// The name to ask the server for and to look for in its certificate, in place of the host's.
  public var serverName: String?

  public init() {}
}

/// Versions of TLS that can be asked for at least (RFC 5246, RFC 8446); older ones were withdrawn by RFC 8996.
public enum TLSVersion: String, Sendable, Hashable, CaseIterable {
  case v1_2 = "1.2"
  case v1_3 = "1.3"
}

/// A file with a certificate, key or list: named, not held, so that each connection reads it anew.
public enum CredentialFile: Sendable, Hashable {
  /// By its absolute path.
  case path(String)
  /// A systemd credential: a file of that name in `$CREDENTIALS_DIRECTORY` (systemd.exec(5), "Credentials").
  case credential(String)
}

/// Where a private key is.
public enum KeySource: Sendable, Hashable {
  /// PEM in a file: PKCS#8, or what the provider of a TPM makes (`TSS2 PRIVATE KEY`), which is of use on that TPM only.
  case file(CredentialFile)
  /// In a token: `pkcs11:…` (RFC 7512), or `handle:0x81…` of a TPM (tpm2-openssl).
  case uri(String)

  /// True for what begins like a token's URI, and isn't a path.
  public static func isURI(_ text: String) -> Bool {
    ["pkcs11", "handle", "object"].contains { text.hasPrefix($0 + ":") }
  }
}

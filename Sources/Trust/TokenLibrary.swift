import COpenSSL
import Synchronization

/// A library context of OpenSSL (OSSL_LIB_CTX(3)) with a token's provider beside the default one. The process's own context stays
/// without it, so that nothing else is ever computed in a token.
final class TokenLibrary: @unchecked Sendable {
  let pointer: OpaquePointer
  private let providers: [OpaquePointer]
  /// What the token can do slowly is done here where it need not be there.
  let propertyQuery: String
  /// Keys are read by the token's provider.
  let keyQuery: String

  /// Which provider, by the name of its module in OpenSSL's folder.
  enum Provider: String {
    case tpm2
    case pkcs11
  }

  /// `nil` where there is no such module, or it doesn't find what it drives.
  private init?(_ provider: Provider) {
    guard let context = OSSL_LIB_CTX_new() else { return nil }
    guard let usual = OSSL_PROVIDER_load(context, "default") else {
      OSSL_LIB_CTX_free(context)
      return nil
    }
    guard let special = OSSL_PROVIDER_load(context, provider.rawValue) else {
      OSSL_PROVIDER_unload(usual)
      OSSL_LIB_CTX_free(context)
      return nil
    }
    pointer = context
    providers = [usual, special]
    switch provider {
    // It lends out the public half of a key, with which the default provider would then try to sign. Digests and ciphers are a hundred
    // times slower there.
    case .tpm2: propertyQuery = "?provider=tpm2,tpm2.digest!=yes,tpm2.cipher!=yes"
    case .pkcs11: propertyQuery = "?provider!=pkcs11"
    }
    keyQuery = "?provider=\(provider.rawValue)"
  }

  deinit {
    for provider in providers.reversed() { OSSL_PROVIDER_unload(provider) }
    OSSL_LIB_CTX_free(pointer)
  }

  /// A PKCS#11 module is initialised once in a process and keeps its sessions.
  private static let pkcs11 = Mutex<TokenLibrary?>(nil)

  /// A TPM's is made anew each time, since the connection to a TPM that was reset is of no use any more.
  static func with(_ provider: Provider) -> TokenLibrary? {
    guard provider == .pkcs11 else { return TokenLibrary(provider) }
    return pkcs11.withLock { kept in
      if kept == nil { kept = TokenLibrary(provider) }
      return kept
    }
  }
}

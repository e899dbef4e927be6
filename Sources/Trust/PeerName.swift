import Glibc

/// Whom a client wants to reach, as the certificate must name it.
struct PeerName: Sendable, Hashable {
  /// A host's name without the dot of the root, or an address without brackets.
  let text: String
  let isAddress: Bool

  init(_ host: String) {
    var room = (UInt64(0), UInt64(0))
    // A zone says which interface, not who.
    let name = String(host.prefix { $0 != "%" })
    isAddress = inet_pton(AF_INET, name, &room) == 1 || inet_pton(AF_INET6, name, &room) == 1
    text = !isAddress && host.hasSuffix(".") ? String(host.dropLast()) : isAddress ? name : host
  }

  /// What the server is asked for by name; `nil` for an address.
  var forSNI: String? { isAddress ? nil : text }
}

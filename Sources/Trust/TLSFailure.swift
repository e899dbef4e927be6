/// Why a TLS connection or what it needs could not be had, and what to do about it. Never holds anything of a key, password or PIN.
public struct TLSFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure, to tell apart in programs; more may come.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Wrapped: String, Sendable, Hashable {
      case expired
      case notYetValid = "not_yet_valid"
      case selfSigned = "self_signed"
      case unknownIssuer = "unknown_issuer"
      case wrongHost = "wrong_host"
      case revoked
      case noRevocationList = "no_revocation_list"
      case revocationListExpired = "revocation_list_expired"
      case weak
      case wrongPurpose = "wrong_purpose"
      case badCertificate = "bad_certificate"
      case protocolTooOld = "protocol_too_old"
      case nothingInCommon = "nothing_in_common"
      case notTLS = "not_tls"
      case clientCertificateMissing = "client_certificate_missing"
      case clientCertificateRefused = "client_certificate_refused"
      case refused
      case hungUp = "hung_up"
      case truncated
      case timedOut = "timed_out"
      case tooMuch = "too_much"
      case protocolError = "protocol_error"
      case unreadable
      case exposed
      case malformed
      case encrypted
      case mismatch
      case noToken = "no_token"
      case noKey = "no_key"
      case ownCertificateExpired = "own_certificate_expired"
      case library
    }
    private let wrapped: Wrapped
    private init(_ wrapped: Wrapped) { self.wrapped = wrapped }

    /// The certificate's time is over, by the box's clock.
    public static let expired = Code(.expired)
    /// Its time has not begun, by the box's clock.
    public static let notYetValid = Code(.notYetValid)
    /// It vouches for itself and isn't among the trusted.
    public static let selfSigned = Code(.selfSigned)
    /// No trusted authority vouches for it.
    public static let unknownIssuer = Code(.unknownIssuer)
    /// It is for other hosts.
    public static let wrongHost = Code(.wrongHost)
    /// Its authority has revoked it.
    public static let revoked = Code(.revoked)
    /// No revocation list of its issuer is at hand, though lists are asked for.
    public static let noRevocationList = Code(.noRevocationList)
    /// The revocation list is older than it may be, or not yet valid.
    public static let revocationListExpired = Code(.revocationListExpired)
    /// Key or signature below what OpenSSL's security level takes.
    public static let weak = Code(.weak)
    /// It isn't for servers.
    public static let wrongPurpose = Code(.wrongPurpose)
    /// Anything else that is wrong with it.
    public static let badCertificate = Code(.badCertificate)
    /// No version of TLS that both take.
    public static let protocolTooOld = Code(.protocolTooOld)
    /// No cipher, signature or application protocol that both take.
    public static let nothingInCommon = Code(.nothingInCommon)
    /// What answers doesn't speak TLS.
    public static let notTLS = Code(.notTLS)
    /// The server wants a certificate, and none is configured.
    public static let clientCertificateMissing = Code(.clientCertificateMissing)
    /// The server doesn't accept our certificate.
    public static let clientCertificateRefused = Code(.clientCertificateRefused)
    /// The server ended it with another alert.
    public static let refused = Code(.refused)
    /// The connection ended in the handshake, without a word.
    public static let hungUp = Code(.hungUp)
    /// The connection ended without TLS's own end: something may be missing.
    public static let truncated = Code(.truncated)
    /// The handshake took too long.
    public static let timedOut = Code(.timedOut)
    /// More was written than may wait for the handshake.
    public static let tooMuch = Code(.tooMuch)
    /// A record that TLS doesn't allow, or that was changed on the way.
    public static let protocolError = Code(.protocolError)
    /// A file that can't be read.
    public static let unreadable = Code(.unreadable)
    /// A key's file that others can read.
    public static let exposed = Code(.exposed)
    /// A file without what it should hold.
    public static let malformed = Code(.malformed)
    /// A key's file with a password.
    public static let encrypted = Code(.encrypted)
    /// Key and certificate are no pair.
    public static let mismatch = Code(.mismatch)
    /// The token or what drives it can't be had.
    public static let noToken = Code(.noToken)
    /// The token has no such key, or doesn't give it with this PIN.
    public static let noKey = Code(.noKey)
    /// The box's own certificate has expired, or is about to.
    public static let ownCertificateExpired = Code(.ownCertificateExpired)
    /// OpenSSL itself failed.
    public static let library = Code(.library)

    /// As it is written in JSON: `wrong_host`.
    public var description: String { wrapped.rawValue }
  }

  public let code: Code
  /// What is wrong, as part of a sentence.
  public let message: String
  /// What to do, as an instruction.
  public let remedy: String
  /// The file concerned, or the token by its URI without secrets.
  public let place: String?

  init(_ code: Code, _ message: String, remedy: String, place: String? = nil) {
    self.code = code
    self.message = message
    self.remedy = remedy
    self.place = place
  }

  /// For what a caller could not read on the way to a context.
  public init(unreadable message: String) {
    self.init(.unreadable, message, remedy: "it is read at each connection")
  }

  /// Message and remedy in one line.
  public var description: String { "\(message); \(remedy)" }

  /// True when a wrong clock of the box could be the cause.
  public var dependsOnClock: Bool {
    switch code {
    case .expired, .notYetValid, .revocationListExpired: true
    default: false
    }
  }

  /// True when the server has refused us ourselves: trying again soon is of no use.
  public var isAboutUs: Bool { code == .clientCertificateMissing || code == .clientCertificateRefused }
}

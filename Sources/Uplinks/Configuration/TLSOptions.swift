public import Trust

/// The `tls:` of a transport. What it names is read anew for each connection.
public struct TLSOptions: Sendable, Hashable {
  public var settings = TLSSettings()
  /// The PIN of the token that holds the key.
  public var pin: Secret?

  public init() {}

  /// Reads all that is named, to be judged by the time as the gateway trusts it. Blocks.
  func context(host: String) throws(TLSFailure) -> TLSContext {
    var secret: String?
    if let pin {
      do throws(Secret.Failure) {
        secret = try pin.read()
      } catch {
        throw TLSFailure(unreadable: "the PIN of the token: \(error.text)")
      }
    }
    return try TLSContext(settings, host: host, pin: secret, now: TrustedTime.now)
  }
}

/// How an uplink's TLS is, for `waypost status`.
public struct TLSStatus: Sendable, Hashable {
  /// When this box's own certificate ends: seconds since 1970.
  public var certificateEnds: Int64?
  /// What the connection is, or was.
  public var connection: TLSConnection?
  /// Why TLS failed, until a connection comes up.
  public var failure: TLSFailure?

  public init(certificateEnds: Int64? = nil, connection: TLSConnection? = nil, failure: TLSFailure? = nil) {
    self.certificateEnds = certificateEnds
    self.connection = connection
    self.failure = failure
  }

  /// With news: a connection ends the failure; without one, what the last connection was stays to be seen beside the failure.
  func followed(by news: TLSStatus) -> TLSStatus {
    TLSStatus(
      certificateEnds: news.certificateEnds ?? certificateEnds, connection: news.connection ?? connection,
      failure: news.connection == nil ? news.failure ?? failure : news.failure)
  }

  /// Whole days until the box's own certificate ends, by the box's clock.
  public func certificateDays(at seconds: Int64) -> Int? {
    certificateEnds.map { CertificateFacts.days(until: $0, at: seconds) }
  }
}

extension TLSOptions {
  /// The files that each connection reads, so that a reload notices a new certificate.
  var credentials: [Secret] {
    var files = [settings.authority, settings.certificate].compactMap { $0 } + settings.revocationLists
    if case .file(let file)? = settings.key { files.append(file) }
    return files.map { file in
      switch file {
      case .path(let path): .file(path)
      case .credential(let name): .credential(name)
      }
    }
  }
}

import Trust

/// What an attempt at a connection needs that can't be had without blocking: addresses, a proxy's password, keys.
struct ApproachPlan: Sendable {
  /// The server's.
  var host: String
  var port: Int
  /// For messages.
  var authority: String
  var proxy: ProxyOptions?
  var proxyCredentials: ProxyCredentials?
  /// `nil`: without TLS.
  var tls: TLSContext?
  /// Of the server, or of the proxy before it.
  var addresses: [String] = []
  var limits: ApproachLimits

  enum Outcome {
    case ready(ApproachPlan)
    case failed(Closure)
  }

  /// Reads what there is to read and looks the name up. Blocks.
  /// - Parameter sink: is told how TLS is.
  static func make(
    host: String, port: Int, authority: String, proxy: ProxyOptions?, tls: TLSOptions?, limits: ApproachLimits,
    sink: @Sendable (LinkEvent) -> Void
  ) -> Outcome {
    var plan = ApproachPlan(host: host, port: port, authority: authority, proxy: proxy, limits: limits)
    do throws(Secret.Failure) {
      if let proxy, let username = proxy.username {
        plan.proxyCredentials = ProxyCredentials(username: username, password: try proxy.password?.read() ?? "")
      }
    } catch {
      return .failed(.local(error.text))
    }
    do throws(TLSFailure) {
      plan.tls = try tls?.context(host: host)
    } catch {
      sink(.secured(TLSStatus(failure: error)))
      return .failed(.local(error.description))
    }
    if let tls = plan.tls { sink(.secured(TLSStatus(certificateEnds: tls.certificate?.notAfter))) }
    let name = proxy?.host ?? host
    do throws(HostAddress.Failure) {
      plan.addresses = try HostAddress.resolve(name)
    } catch {
      return .failed(.local(error.text))
    }
    guard !plan.addresses.isEmpty else { return .failed(.local("“\(name)” has no address")) }
    return .ready(plan)
  }
}

/// How long the way to a server may take, and how much may be said on it.
struct ApproachLimits: Sendable, Hashable {
  /// So long an attempt at one address may take to connect.
  var connectSeconds: Int64 = 10
  /// So long the server, and a proxy before it, may take to answer the handshake.
  var handshakeSeconds: Int64 = 20
  /// Bytes of a proxy's answer, and of one to an opening handshake.
  var head = 32 << 10
}

import COpenSSL
import Glibc

/// An X.509 certificate (RFC 5280), held by OpenSSL.
final class Certificate: @unchecked Sendable {
  // Never changed after it was read; OpenSSL's counting of references is safe between threads.
  let pointer: OpaquePointer

  /// Takes over the caller's reference.
  init(taking pointer: OpaquePointer) { self.pointer = pointer }

  deinit { X509_free(pointer) }

  var facts: CertificateFacts { CertificateFacts(borrowing: pointer) }
}

/// What people want to know of a certificate.
public struct CertificateFacts: Sendable, Hashable {
  /// Distinguished names in one line: `CN = broker.example.com`; at most 200 characters.
  public var subject: String
  public var issuer: String
  /// Host names and IP addresses of the subject alternative name; at most 16.
  public var names: [String]
  /// Seconds since 1970.
  public var notBefore: Int64
  public var notAfter: Int64

  /// Whole days until it expires; negative once it has, −1 on the first day.
  public func daysLeft(at seconds: Int64) -> Int { Self.days(until: notAfter, at: seconds) }

  /// Whole days, rounded down; both in seconds since 1970.
  public static func days(until end: Int64, at seconds: Int64) -> Int {
    let left = end - seconds
    return Int(left >= 0 ? left / 86400 : (left - 86399) / 86400)
  }

  init(borrowing certificate: OpaquePointer) {
    subject = Self.line(X509_get_subject_name(certificate))
    issuer = Self.line(X509_get_issuer_name(certificate))
    names = Self.names(of: certificate)
    notBefore = Self.seconds(X509_get0_notBefore(certificate))
    notAfter = Self.seconds(X509_get0_notAfter(certificate))
  }

  private static func line(_ name: OpaquePointer?) -> String {
    guard let name, let bio = BIO_new(BIO_s_mem()) else { return "" }
    defer { BIO_free(bio) }
    waypost_X509_NAME_line(bio, name)
    var bytes = [UInt8](repeating: 0, count: 800)
    let count = max(0, BIO_read(bio, &bytes, Int32(bytes.count)))
    return shown(bytes[..<Int(count)], limit: 200)
  }

  private static func names(of certificate: OpaquePointer) -> [String] {
    guard let raw = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else { return [] }
    let list = OpaquePointer(raw)
    defer { GENERAL_NAMES_free(list) }
    var names: [String] = []
    var index: Int32 = 0
    var type: Int32 = 0
    var bytes: UnsafePointer<UInt8>?
    var count: Int32 = 0
    while names.count < 16, waypost_GENERAL_NAMES_at(list, index, &type, &bytes, &count) == 1 {
      index += 1
      guard let bytes, count > 0 else { continue }
      let content = UnsafeBufferPointer(start: bytes, count: Int(count))
      if type == GEN_DNS {
        names.append(shown(content[...], limit: 253))
      } else if let address = address(content) {
        names.append(address)
      }
    }
    return names
  }

  private static func address(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes.baseAddress, &text, socklen_t(text.count)) != nil
    else { return nil }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// What a stranger wrote, safe for a log: control characters become `?`.
  private static func shown(_ bytes: some Sequence<UInt8>, limit: Int) -> String {
    let text = String(decoding: Array(bytes), as: UTF8.self)
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit).map { isPlain($0) ? $0 : "?" }))
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse: false
    default: true
    }
  }

  static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64 {
    var fields = tm()
    guard ASN1_TIME_to_tm(time, &fields) == 1 else { return 0 }
    return Int64(timegm(&fields))
  }
}

/// A moment as people read it: `2026-11-21 05:30 UTC`.
enum Moment {
  static func text(_ seconds: Int64) -> String {
    var fields = tm()
    var time = time_t(seconds)
    gmtime_r(&time, &fields)
    var buffer = [CChar](repeating: 0, count: 64)
    let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M UTC", &fields)
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Now, by the box's clock.
  static var now: Int64 { Int64(time(nil)) }
}

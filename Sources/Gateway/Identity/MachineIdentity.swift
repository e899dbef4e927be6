import COpenSSL

/// Who this machine is, from /etc/machine-id.
enum MachineIdentity {
  /// The machine's id (machine-id(5)), or an empty string where there is none. Confidential: it leaves the machine only hashed.
  static var machineID: String {
    switch SmallFile.read("/etc/machine-id") {
    case .success(let text): text
    case .failure: ""
    }
  }

  /// The default gateway id: `waypost-` and twelve hex digits of HMAC-SHA-256 over a constant of this application, keyed by the
  /// machine id, as machine-id(5) asks of whoever needs an id that others see.
  static func defaultGatewayID(machineID: String) -> String {
    var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    let key = Array(machineID.utf8)
    let application = Array("waypost gateway id".utf8)
    HMAC(EVP_sha256(), key, Int32(key.count), application, application.count, &digest, &length)
    let hexadecimal = digest.prefix(6).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }
    return "waypost-" + hexadecimal.joined()
  }
}

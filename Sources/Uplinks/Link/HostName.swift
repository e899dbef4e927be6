/// How hosts are written in addresses.
enum HostName {
  /// Letters, digits, `.`, `-` and `_`, at most 253 (RFC 1035, section 2.3.4); `isAddress`: an IPv6 address, without its brackets.
  static func isValid(_ name: Substring, isAddress: Bool) -> Bool {
    guard (1...253).contains(name.utf8.count), name.first != "-" else { return false }
    return name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
        return true
      case UInt8(ascii: ":"), UInt8(ascii: "%"): return isAddress
      default: return false
      }
    }
  }

  /// `HOST` or `HOST:PORT`, and no more.
  static func isAuthority(_ text: Substring) -> Bool {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), isValid(parts[0], isAddress: false) else { return false }
    return parts.count == 1 || Int(parts[1]).map { (1...65535).contains($0) } ?? false
  }
}

import Glibc

/// Who may do what: the account that the service runs as, and the person at the keyboard.
struct AccountFacts: Sendable {
  /// The service's account is there.
  var hasAccount: Bool
  /// The account's groups.
  var groups: Set<String>
  /// There is a serial port that a device could hang on.
  var hasSerialPorts: Bool
  /// The person is root or in the group `waypost`.
  var mayAsk: Bool

  static let account = "waypost"
  /// Debian's group for serial ports.
  static let serialGroup = "dialout"

  init(hasAccount: Bool, groups: Set<String>, hasSerialPorts: Bool, mayAsk: Bool) {
    self.hasAccount = hasAccount
    self.groups = groups
    self.hasSerialPorts = hasSerialPorts
    self.mayAsk = mayAsk
  }

  /// Asks the system.
  init(hasSerialPorts: Bool) {
    self.hasSerialPorts = hasSerialPorts
    groups = []
    hasAccount = false
    // Nobody else touches the C library's account tables: this is a command that does one thing and ends.
    if let entry = getpwnam(Self.account) {
      hasAccount = true
      var numbers = [gid_t](repeating: 0, count: 64)
      var count = Int32(numbers.count)
      if getgrouplist(Self.account, entry.pointee.pw_gid, &numbers, &count) >= 0 {
        groups = Set(numbers.prefix(Int(count)).compactMap(Self.name))
      }
    }
    var mine = [gid_t](repeating: 0, count: 256)
    let count = getgroups(Int32(mine.count), &mine)
    let names = mine.prefix(max(0, Int(count))).compactMap(Self.name) + [Self.name(of: getegid())].compactMap { $0 }
    mayAsk = geteuid() == 0 || names.contains(Self.account)
  }

  private static func name(of group: gid_t) -> String? { getgrgid(group).map { String(cString: $0.pointee.gr_name) } }

  var findings: [Finding] {
    var findings: [Finding] = []
    if !hasAccount {
      findings.append(
        .warning(
          "account", "there is no user `\(Self.account)`, as which the service runs",
          remedy: "install the package by apt, which makes it; or `systemd-sysusers`"))
    } else if hasSerialPorts, !groups.contains(Self.serialGroup) {
      findings.append(
        .warning(
          "account",
          "the user `\(Self.account)` is not in the group `\(Self.serialGroup)`, and so may not open serial ports",
          remedy: "`adduser \(Self.account) \(Self.serialGroup)`, then `systemctl restart waypost`"))
    }
    if !mayAsk {
      findings.append(
        .warning(
          "account", "you are not in the group `\(Self.account)`, and so may not ask the running gateway",
          remedy: "use sudo, or `sudo adduser $USER \(Self.account)` and log in again"))
    }
    if findings.isEmpty { findings.append(.good("account", "the user `\(Self.account)` and its groups are right")) }
    return findings
  }
}

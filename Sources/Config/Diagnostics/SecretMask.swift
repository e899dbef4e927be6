/// Which characters of a shown line are a secret that stands there in so many letters: what follows `password:` and the like, unless it
/// only names where the secret is. A finding's line goes to terminals, to the log and over the control socket; a password must not.
enum SecretMask {
  private static let keys = ["password", "token", "passphrase", "secret"].map { $0.map(String.init) }

  /// - Parameter line: The line's characters.
  /// - Returns: True for each that is not to be shown.
  static func hidden(in line: [String]) -> [Bool] {
    var hidden = [Bool](repeating: false, count: line.count)
    var index = 0
    while index < line.count {
      guard let value = valueStart(in: line, at: index) else {
        index += 1
        continue
      }
      let end = valueEnd(in: line, from: value)
      for position in value..<end { hidden[position] = true }
      index = max(end, value)
    }
    return hidden
  }

  /// Where the value begins, if one of the keys begins here and has a value of its own.
  private static func valueStart(in line: [String], at index: Int) -> Int? {
    for key in keys where line[index...].prefix(key.count).map({ $0.lowercased() }) == key {
      var next = index + key.count
      while next < line.count, [" ", "\"", "'"].contains(line[next]) { next += 1 }
      guard next < line.count, line[next] == ":" else { continue }
      next += 1
      while next < line.count, line[next] == " " { next += 1 }
      return next < line.count && line[next] != "{" ? next : nil
    }
    return nil
  }

  private static func valueEnd(in line: [String], from start: Int) -> Int {
    let quote = line[start]
    if quote == "\"" || quote == "'" {
      return line[(start + 1)...].firstIndex(of: quote).map { $0 + 1 } ?? line.count
    }
    return line[start...].firstIndex { $0 == "," || $0 == "}" } ?? line.count
  }
}

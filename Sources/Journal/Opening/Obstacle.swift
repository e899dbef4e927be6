import Glibc

/// Why this process may not use a file, in the words of the one who can change that. SQLite says "unable to open database file" to all
/// of it.
enum Obstacle {
  /// `nil` where nothing of the kind is in the way.
  static func find(_ path: String, user: uid_t = geteuid()) -> String? {
    let folder = BrokenFile.split(path).folder
    var status = stat()
    guard stat(folder, &status) == 0 else { return "its folder \(folder): \(String(cString: strerror(errno)))" }
    guard status.st_mode & S_IFMT == S_IFDIR else { return "\(folder) is no folder" }
    if access(folder, W_OK) != 0, errno == EROFS { return "its file system is mounted read-only" }
    // The log lies beside the file, so that both must be allowed.
    if let what = refusal(folder, status, user) { return what }
    guard stat(path, &status) == 0 else { return nil }
    return refusal(path, status, user)
  }

  /// What is wrong with the journal's files alone, in a folder where this process may write: someone else's, or closed to everyone.
  static func ofFiles(_ path: String, user: uid_t = geteuid()) -> String? {
    let folder = BrokenFile.split(path).folder
    var status = stat()
    guard stat(folder, &status) == 0, access(folder, W_OK | X_OK) == 0, refusal(folder, status, user) == nil else {
      return nil
    }
    for file in [path, path + "-wal"] where stat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFREG {
      if let what = refusal(file, status, user) { return what }
    }
    return nil
  }

  private static func refusal(_ path: String, _ status: stat, _ user: uid_t) -> String? {
    guard user != 0 else { return nil }
    let mode = String(status.st_mode & 0o7777, radix: 8)
    guard status.st_uid == user else {
      // A group may be allowed; whether this process is in it, the system knows.
      let mayOthers = status.st_mode & S_IWOTH != 0 || (status.st_mode & S_IWGRP != 0 && access(path, W_OK) == 0)
      return mayOthers
        ? nil : "\(path) belongs to \(name(status.st_uid)), mode \(mode), and the gateway runs as \(name(user))"
    }
    return status.st_mode & S_IWUSR == 0 ? "\(path) has mode \(mode): its owner may not write to it" : nil
  }

  private static func name(_ user: uid_t) -> String {
    guard let entry = getpwuid(user), let name = entry.pointee.pw_name else { return "user \(user)" }
    return "\(String(cString: name)) (\(user))"
  }
}

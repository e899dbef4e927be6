/// How large a value that an expression makes may become; beyond, `costExceeded`. What a host binds is the host's.
enum ValueLimit {
  /// Bytes of a text's UTF-8, or of `bytes`.
  static let bytes = 1 << 20
  /// Elements of a list, entries of a map.
  static let elements = 1 << 16
}

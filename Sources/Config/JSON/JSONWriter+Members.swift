/// Members of an object, each a name and its value in one call.
extension JSONWriter {
  public mutating func member(_ name: String, _ value: String) {
    key(name)
    string(value)
  }

  public mutating func member(_ name: String, _ value: Bool) {
    key(name)
    boolean(value)
  }

  public mutating func member(_ name: String, _ value: Int) {
    key(name)
    number(value)
  }

  public mutating func member(_ name: String, _ value: Int64) {
    key(name)
    number(value)
  }

  public mutating func member(_ name: String, _ value: UInt64) {
    key(name)
    number(value)
  }

  /// - Parameter decimals: How many places behind the point are kept.
  public mutating func member(_ name: String, _ value: Double, decimals: Int) {
    key(name)
    number(value, decimals: decimals)
  }
}

/// The name that a server gave to one asking of a command, by which a repeat is told from another: a text of 1 to 64 visible ASCII characters
/// that can stand in a topic, or a whole number.
public struct CommandID: Hashable, Sendable {
  /// Characters of one that is a text.
  static let mostText = 64

  /// As it stands in a topic.
  public var text: String
  /// It came as a number, and goes back as one.
  public var isNumber: Bool

  /// `nil` where the text is no id.
  public init?(text: String) {
    let isFit = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"/+#\"\\".utf8.contains($0) }
    guard isFit, (1...Self.mostText).contains(text.utf8.count) else { return nil }
    self.text = text
    isNumber = false
  }

  public init(number: UInt64) {
    text = String(number)
    isNumber = true
  }

  /// An id made of MQTT 5's correlation data, where the message names none; `nil` for more than 24 bytes.
  public init?(correlation: [UInt8]) {
    guard (1...24).contains(correlation.count) else { return nil }
    let digits = Array("0123456789abcdef")
    text = "correlation-" + String(correlation.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    isNumber = false
  }

  /// Tells a number from a text of the same digits: no text has a `#`.
  public var key: String { isNumber ? "#" + text : text }
}

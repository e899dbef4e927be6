import Model

/// A value of a metric or property, with its type. The numbers are those of Sparkplug 3.0, chapter 6 ("Data types").
enum SparkplugValue: Hashable, Sendable {
  case int64(Int64)
  case uint64(UInt64)
  case double(Double)
  case boolean(Bool)
  case text(String)

  /// What a metric or property holds, also while it has no value.
  enum Kind: UInt32, Sendable {
    case int32 = 3
    case int64 = 4
    case uint64 = 8
    case double = 10
    case boolean = 11
    case text = 12
  }

  init(_ value: Value) {
    switch value {
    case .number(let number): self = .double(number)
    case .boolean(let flag): self = .boolean(flag)
    case .text(let text): self = .text(text)
    }
  }

  var kind: Kind {
    switch self {
    case .int64: .int64
    case .uint64: .uint64
    case .double: .double
    case .boolean: .boolean
    case .text: .text
    }
  }

  /// Writes it as the value of a metric, whose fields begin at 10, or of a property, whose begin at 3.
  /// - Parameter first: the number of the message's `int_value`.
  func write(to writer: inout ProtobufWriter, first: UInt64) {
    switch self {
    // Negative ones as two's complement, which the type tells.
    case .int64(let number): writer.unsigned(first + 1, UInt64(bitPattern: number))
    case .uint64(let number): writer.unsigned(first + 1, number)
    case .double(let number): writer.double(first + 3, number)
    case .boolean(let flag): writer.boolean(first + 4, flag)
    case .text(let text): writer.text(first + 5, text)
    }
  }
}

/// A named value that belongs to a metric.
struct SparkplugProperty: Hashable, Sendable {
  var key: String
  var value: SparkplugValue

  init(_ key: String, _ value: SparkplugValue) {
    self.key = key
    self.value = value
  }

  init(_ key: String, _ text: String) { self.init(key, .text(text)) }
}

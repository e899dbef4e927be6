import Config
import Journal
import Model
import Uplinks

/// `resend { from, to }`: which records, as the server said it.
enum ResendRequest {
  struct Problem: Error { var text: String }

  /// Whole numbers up to here stand exactly in JSON as receivers read it (RFC 8259, section 6).
  private static let largest: UInt64 = 1 << 53 - 1

  static func range(of command: ServerCommand) -> Result<ClosedRange<UInt64>, Problem> {
    for argument in command.arguments where !["from", "to"].contains(argument.name) {
      return .failure(Problem(text: "`resend` takes `from` and `to`, and no `\(argument.name)`"))
    }
    guard let from = command["from"].flatMap(number), let to = command["to"].flatMap(number), from <= to else {
      return .failure(
        Problem(text: "`resend` takes the first and the last `seq` that are to come again: {\"from\":900,\"to\":950}"))
    }
    guard to - from < Journal.mostReopened else {
      return .failure(
        Problem(
          text: "`resend` takes at most \(Journal.mostReopened) numbers at once; ask for the rest when these have come")
      )
    }
    return .success(from...to)
  }

  private static func number(_ value: Value) -> UInt64? {
    guard case .number(let number) = value, number >= 1, number <= Double(largest), number.rounded() == number else {
      return nil
    }
    return UInt64(number)
  }

  /// `{"from":900,"to":950,"records":48,"oldest":870}`: so many come again; what is older than `oldest` isn't there any more.
  static func result(_ range: ClosedRange<UInt64>, _ reopening: Reopening, kept oldest: UInt64?) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("from")
    writer.number(range.lowerBound)
    writer.key("to")
    writer.number(range.upperBound)
    writer.key("records")
    writer.number(reopening.records)
    if let oldest {
      writer.key("oldest")
      writer.number(oldest)
    }
    writer.endObject()
    return writer.bytes
  }
}

import Config
import Journal

/// What is answered to `resend { from, to }`.
enum ResendAnswer {
  /// `{"from":900,"to":950,"records":48,"oldest":870}`: so many come again; what is older than `oldest` isn't there any more.
  static func result(_ range: ClosedRange<UInt64>, _ reopening: Reopening, kept oldest: UInt64?) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("from", range.lowerBound)
    writer.member("to", range.upperBound)
    writer.member("records", reopening.records)
    if let oldest {
      writer.member("oldest", oldest)
    }
    writer.endObject()
    return writer.bytes
  }
}

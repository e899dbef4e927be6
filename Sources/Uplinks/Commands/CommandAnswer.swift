import Config

/// What the gateway says to a command.
public struct CommandAnswer: Hashable, Sendable {
  /// Why it was not done, and what to do about it; `nil`: it was done.
  public var error: String?
  /// JSON; `nil`: there is nothing to say beyond that it was done.
  public var result: [UInt8]?
  /// Commands that this server may give, where it named none of them.
  public var known: [String]?

  public init(error: String? = nil, result: [UInt8]? = nil, known: [String]? = nil) {
    self.error = error
    self.result = result
    self.known = known
  }

  public var isOK: Bool { error == nil }

  /// `{"type":"response","id":…,"ok":…,"error":…,"commands":[…],"result":…}`
  /// - Parameter id: `nil` where the command had none that could be read.
  public func message(id: CommandID?) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("type", "response")
    writer.key("id")
    switch id {
    case let id? where id.isNumber: writer.raw(id.text.utf8)
    case let id?: writer.string(id.text)
    case nil: writer.null()
    }
    writer.member("ok", isOK)
    if let error { writer.member("error", error) }
    if let known {
      writer.key("commands")
      writer.beginArray()
      for name in known { writer.string(name) }
      writer.endArray()
    }
    if let result {
      writer.key("result")
      writer.raw(result)
    }
    writer.endObject()
    return writer.bytes
  }
}

import Trust

/// What MQTT goes over, for people.
struct MQTTRoad {
  var isWebSocket: Bool
  var proxy: ProxyOptions?

  /// As it follows on “MQTT 5 over”; empty for plain TCP.
  func words(tls: TLSConnection?) -> String {
    var parts: [String] = isWebSocket ? ["WebSocket"] : []
    if let tls { parts.append("\(tls.version)") }
    if let proxy { parts.append(parts.isEmpty ? proxy.description : "through \(proxy.description)") }
    return parts.joined(separator: ", ")
  }
}

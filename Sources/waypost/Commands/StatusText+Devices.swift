import Config

extension StatusText {
  /// Of a line of 80 columns, behind the title.
  private static let width = 70
  /// The most that is shown of a text.
  private static let textLimit = 40

  /// `reefer is up, heard 3 s ago`.
  static func device(_ device: JSONNode) -> String {
    var text = device["name"].text
    let state = device["state"].text
    if state != "unknown" { text += " is \(state)" + (device["reason"].map { ": \($0.text)" } ?? "") }
    let heard = device["heard_ago"].map { "heard \(age(Optional($0).number)) ago" } ?? "not heard since the start"
    return "\(text), \(heard)"
  }

  /// The device's signals, as many on a line as it holds: `temperature -18.5 Cel (3 s), door false (3 s)`.
  static func signals(_ device: JSONNode) -> [String] {
    var lines: [String] = []
    for signal in device["signals"]?.array ?? [] {
      let text = Self.signal(signal)
      if let last = lines.last, last.count + text.count + 2 < width {
        lines[lines.count - 1] += ", \(text)"
      } else {
        if !lines.isEmpty { lines[lines.count - 1] += "," }
        lines.append(text)
      }
    }
    return lines
  }

  /// Of one that isn't good now, what it was.
  private static func signal(_ signal: JSONNode) -> String {
    let quality = signal["quality"].text
    var text = signal["metric"].text
    if quality != "good" { text += quality == "never" ? " not read yet" : " \(quality)" }
    guard let value = signal["value"] else { return text }
    text += (quality == "good" ? " " : ", was ") + String(RecordText.value(value).printable.prefix(textLimit))
    if let unit = signal["unit"] { text += " \(unit.text)" }
    return text + " (\(age(Optional(signal)["age"].number)))"
  }
}

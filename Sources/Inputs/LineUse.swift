public import Config

/// What a device takes of something that several may share, as a serial port: two that share it must agree about it.
public struct LineUse: Sendable {
  /// Something that must be the same for all who share the line.
  public struct Setting: Sendable {
    /// As its key.
    public var name: String
    /// As it would be written.
    public var value: String
    /// Where it stands; `nil` where it is a default.
    public var span: SourceSpan?

    public init(name: String, value: String, span: SourceSpan? = nil) {
      self.name = name
      self.value = value
      self.span = span
    }
  }

  /// What is shared, the same text for all who share it: `/dev/ttyS1`, `192.168.1.20:502`.
  public var line: String
  /// The driver, of which all must be.
  public var driver: String
  public var settings: [Setting]
  /// By what this one is told from the others on the line; `nil`: there can be no others.
  public var address: String?
  /// Where the line is named.
  public var span: SourceSpan

  public init(line: String, driver: String, settings: [Setting] = [], address: String?, span: SourceSpan) {
    self.line = line
    self.driver = driver
    self.settings = settings
    self.address = address
    self.span = span
  }
}

extension LineUse {
  /// Tells what devices that share a line don't agree about.
  /// - Parameter uses: By the devices' names, in their order.
  static func check(_ uses: [(device: String, use: LineUse)], diagnostics: inout Diagnostics) {
    var first: [String: (device: String, use: LineUse)] = [:]
    var addresses: [String: String] = [:]
    for (device, use) in uses {
      if let address = use.address {
        let key = "\(use.line)\u{0}\(address)"
        if let other = addresses[key] {
          diagnostics.warning(
            "shared-unit", "`\(device)` is \(address) of \(use.line), and so is `\(other)`", at: use.span,
            help: "give each its own address, or make one device of the two")
        } else {
          addresses[key] = device
        }
      }
      guard let other = first[use.line] else {
        first[use.line] = (device, use)
        continue
      }
      guard other.use.driver == use.driver, other.use.address != nil, use.address != nil else {
        diagnostics.error(
          "shared-line", "`\(device)` takes \(use.line), which `\(other.device)` has already", at: use.span,
          help: "one device can have it only; take one of them out")
        continue
      }
      for (mine, theirs) in zip(use.settings, other.use.settings) where mine.value != theirs.value {
        diagnostics.error(
          "shared-line",
          "`\(mine.name)` is \(mine.value) for `\(device)`, and \(theirs.value) for `\(other.device)` on the same line, \(use.line)",
          at: mine.span ?? use.span,
          help: "all devices of a line must agree: write `\(mine.name): \(theirs.value)`, or change the other")
      }
    }
  }
}

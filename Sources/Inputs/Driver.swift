public import Config
public import Model

/// The code that knows one kind of device; chosen by the key `driver` of an entry in `devices:`.
///
/// To test a conformance, load a `DeviceSet` from a text that names it, look at the diagnostics, then run the device's input.
public protocol Driver: Sendable {
  /// As it stands in the file, in the form of `Names.isIdentifier`.
  static var name: String { get }

  /// The keys of an entry besides `driver`, for editors and the reference; what `configure` asks for, no more and no less.
  static var keys: [Schema.Key] { get }

  /// Reads what the device's mapping says; `driver` has been read already.
  ///
  /// It must ask for every key that it knows before it returns, also after an error, so that all errors are told and no known
  /// key counts as unknown; the caller calls `finish`. It opens nothing and starts nothing: `check` configures devices that
  /// aren't there.
  /// - Parameter profiles: The device models that there are, for a driver whose devices have a profile.
  /// - Returns: `nil` after at least one error in `diagnostics`.
  static func configure(
    device: String, _ mapping: inout MappingReader, profiles: ProfileLibrary, diagnostics: inout Diagnostics
  ) -> ConfiguredDevice?
}

/// A device as its file describes it: what rules may know of it, and what reads it once it runs.
public struct ConfiguredDevice: Sendable {
  public var declaration: SignalCatalogue.Device
  public var input: any Input
  /// All that its files say of it, in one text: an input whose identity is the same after a reload runs on untouched. What a driver
  /// reads of other files, as a profile, it adds itself; the entry in `devices:` is added by the reader of that.
  public var identity = ""
  /// The line that it is on, where others may be on it too.
  public var line: LineUse?

  public init(declaration: SignalCatalogue.Device, input: any Input) {
    self.declaration = declaration
    self.input = input
  }
}

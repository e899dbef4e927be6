/// What stands around the rule files and may be named in them; `nil`: not known, and so not checked.
public struct RuleSurroundings: Sendable {
  /// The names of the uplinks, for `on: { link: … }`.
  public var uplinks: [String]?
  /// The files of the hooks folder, for `run`.
  public var hooks: [String]?

  public init(uplinks: [String]? = nil, hooks: [String]? = nil) {
    self.uplinks = uplinks
    self.hooks = hooks
  }
}

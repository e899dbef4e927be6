public import Config
public import Model

/// A test of rules, as `tests:` of a rule file has it: what happens, and what must come of it.
public struct RuleTest: Sendable {
  public var name: String
  /// Where the name stands.
  public var span: SourceSpan
  /// A recorded drive, looked for beside the rule file.
  public var track: Placed<String>?
  /// Or where the vehicle is when; between two places it drives straight and evenly.
  public var drive: [Stop] = []
  /// What devices read when; between two entries a value stays, as if it were read every second.
  public var signals: [Script] = []
  /// Links, commands and other things that happen once.
  public var happenings: [Happening] = []
  /// UTC when the test begins. `nil`: by the track, where it has times; else the clock is not trusted.
  public var start: Timestamp?
  /// How long it takes. `nil`: until nothing more happens or is expected.
  public var duration: Interval?
  /// What isn't expected doesn't fail it.
  public var isPartial = false
  public var expectations: [Expectation] = []
  /// The kinds of which one that nobody expected fails it.
  public var strictKinds = Kind.alwaysStrict
  /// How often a signal must be sent, in the order of the file.
  public var sent: [SentCount] = []
  /// Variables that earlier days have set, by name.
  public var variables: [GeneralEvent.Member] = []
  /// The rules of the test's own file, or all where it has none. Events of others don't fail it: what stands in other files is their
  /// tests' business.
  public var ownRules: Set<String> = []

  /// A value with its place in the file.
  public struct Placed<Value: Sendable>: Sendable {
    public var value: Value
    public var span: SourceSpan
  }

  /// A place on the way.
  public struct Stop: Hashable, Sendable {
    public var at: Interval
    /// Degrees.
    public var latitude: Double
    public var longitude: Double
  }

  /// What a signal reads.
  public struct Script: Hashable, Sendable {
    public var device: String
    public var metric: String
    /// In the order of time.
    public var steps: [Step]
  }

  public struct Step: Hashable, Sendable {
    public var at: Interval
    public var reading: Reading
  }

  public enum Reading: Hashable, Sendable {
    case value(Value)
    /// The device answers with an error.
    case bad
    /// Nothing is read any more.
    case silent
  }

  /// Something that happens once.
  public struct Happening: Hashable, Sendable {
    public var at: Interval
    public var content: Observation.Content
  }

  /// What may come of rules; by its key in the file.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case event, write, run, log, sample, shutdown

    /// Those that whoever tests a file must always know of. Of the others a file's tests may say nothing; then they aren't asked.
    static let alwaysStrict: Set<Kind> = [.event, .write]
  }

  /// Something that must come.
  public struct Expectation: Sendable {
    public var span: SourceSpan
    /// Since the beginning, ± 1 s; `nil`: whenever.
    public var at: Interval?
    public var kind = Kind.event
    /// The event's type, the signal that is written, the hook, how the line of the log begins, the device that is sampled.
    public var name: String
    public var rule: String?
    public var severity: GeneralEvent.Severity?
    /// `nil`: of an event raised, of anything else either.
    public var state: GeneralEvent.State?
    /// Each must be there with that value; there may be more. Of what isn't an event: `value`, `every`, `level`, `argument 1`.
    public var data: [GeneralEvent.Member]
  }

  /// How often the records of a signal go up from the beginning to the end.
  public struct SentCount: Hashable, Sendable {
    public var span: SourceSpan
    /// `gps.position`, `reefer.temperature`.
    public var signal: String
    public var count: Int
  }

  /// What the journal would hold of earlier days, for the engine to begin with.
  public var state: [StateRow] {
    variables.map { variable in StateLayout.row(.variable, variable.key) { $0.write(variable.value) } }
  }

  /// When it ends, the recorded drive not counted.
  public var end: Interval {
    let times =
      drive.map(\.at) + signals.flatMap { $0.steps.map(\.at) } + happenings.map(\.at)
      + expectations.compactMap(\.at)
    let last = Interval(nanoseconds: (times.max() ?? .zero).nanoseconds + RuleTestJudge.tolerance.nanoseconds)
    return duration ?? last
  }
}

/// What a name in an expression stands for, found when it is checked.
public enum Reference: Hashable, Sendable {
  /// A variable of the environment, by its full name.
  case variable(name: String, slot: Int)
  /// The variable of a macro around it.
  case local(name: String)
  /// A type's name, as in `type(x) == int`.
  case type(ValueType)
  /// A function, and which of its overloads fit the arguments' types, as indices into its `overloads`. With one, the types
  /// decide; with several, the values do. Empty where nothing was checked.
  case function(name: String, overloads: [Int])
  /// A name that nothing is declared for; only where nothing was checked. To evaluate it is an error.
  case unknown(name: String)
}

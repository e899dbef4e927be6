/// The registry of the language's functions and of the extensions that are always there.
public enum Functions {
  /// One line for each family.
  public static let standard: [Function] = [
    Functions.logic, Functions.comparison, Functions.arithmetic, Functions.collections, Functions.text,
    Functions.conversions,
    Functions.times, Functions.optionals, Functions.strings, Functions.mathematics, Functions.encoders,
  ].flatMap { $0 }
}

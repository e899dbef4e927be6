/// Finds what a name stands for: in the macros around, in the container, in the whole environment (cel-spec, doc/langdef.md, "Name
/// Resolution").
struct Names {
  let environment: Environment
  /// By full name; several declarations of a function count as one.
  let functions: [String: [Overload]]
  /// Variables of macros, innermost last.
  var locals: [(name: String, type: ValueType)] = []
  private let prefixes: [String]

  init(_ environment: Environment) {
    self.environment = environment
    var functions: [String: [Overload]] = [:]
    for function in environment.functions { functions[function.name, default: []] += function.overloads }
    self.functions = functions
    var prefixes: [String] = []
    var parts = environment.container.split(separator: ".")
    while !parts.isEmpty {
      prefixes.append(parts.joined(separator: ".") + ".")
      parts.removeLast()
    }
    self.prefixes = prefixes + [""]
  }

  /// The full names that `name` may mean, the nearest first.
  private func candidates(_ name: String) -> [String] {
    if name.hasPrefix(".") { return [String(name.dropFirst())] }
    if name.hasPrefix("@") || prefixes.count == 1 { return [name] }
    return prefixes.map { $0 + name }
  }

  func local(_ name: String) -> ValueType? { locals.last { $0.name == name }?.type }

  /// The variable or type of a simple or qualified name.
  func reference(_ name: String) -> (Reference, ValueType)? {
    for candidate in candidates(name) {
      if let variable = environment.variables[candidate] {
        return (.variable(name: candidate, slot: variable.slot), variable.type)
      }
      if let type = ValueType.value(named: candidate) { return (.type(type), .type(type)) }
    }
    return nil
  }

  /// The full name of a function.
  func function(_ name: String) -> String? { candidates(name).first { functions[$0] != nil } }

  /// The function that `target.name(…)` means where `target` is a namespace.
  func function(_ name: String, in target: Expression) -> String? {
    guard let namespace = target.qualifiedName, local(Self.root(namespace)) == nil else { return nil }
    return function(namespace + "." + name)
  }

  /// The first part of a qualified name, with its leading dot.
  static func root(_ name: String) -> String {
    let dot = name.dropFirst().firstIndex(of: ".") ?? name.endIndex
    return String(name[..<dot])
  }
}

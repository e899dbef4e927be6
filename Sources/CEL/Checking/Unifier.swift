/// Which types the type parameters stand for, found while arguments are held against signatures; the same as cel-go's checker does it
/// (checker/types.go), since the conformance tests fix its choices.
struct Unifier {
  private var bindings: [String: ValueType] = [:]
  private var count = 0

  /// A type that isn't known yet.
  mutating func fresh() -> ValueType {
    count += 1
    return .parameter("@\(count)")
  }

  /// `types` with a parameter of its own for each of the signature's.
  mutating func instance(of types: [ValueType]) -> [ValueType] {
    var own: [String: ValueType] = [:]
    func replaced(_ type: ValueType) -> ValueType {
      type.mapped { name in
        if let known = own[name] { return known }
        let new = fresh()
        own[name] = new
        return new
      }
    }
    return types.map(replaced)
  }

  /// `type` with all that is known of its parameters; what isn't known is `dyn` where wanted.
  func resolved(_ type: ValueType, freeAsDyn: Bool = false) -> ValueType {
    type.mapped { name in
      if let bound = bindings[name] { return resolved(bound, freeAsDyn: freeAsDyn) }
      return freeAsDyn ? .dyn : .parameter(name)
    }
  }

  /// Whether values of `types` may stand where `targets` are wanted; if so, what that says of the parameters is kept.
  mutating func accepts(_ types: [ValueType], as targets: [ValueType]) -> Bool {
    guard types.count == targets.count else { return false }
    let before = bindings
    for (type, target) in zip(types, targets) where !assign(type, target) {
      bindings = before
      return false
    }
    return true
  }

  mutating func accepts(_ type: ValueType, as target: ValueType) -> Bool { accepts([type], as: [target]) }

  private mutating func assign(_ one: ValueType, _ other: ValueType) -> Bool {
    if case .parameter(let name) = other {
      switch bind(name, to: one) {
      case .fits: return true
      case .bound: return false
      case .refers: break
      }
    }
    if case .parameter(let name) = one { return bind(name, to: other) == .fits }
    switch (one, other) {
    case (.dyn, _), (_, .dyn), (.error, _), (_, .error): return true
    case (.null, _): return other.isNullable
    case (_, .null): return one.isNullable
    case (.wrapper(let inner), .wrapper(let outer)): return assign(inner, outer)
    case (.wrapper(let inner), _): return assign(inner, other)
    case (_, .wrapper(let inner)): return assign(one, inner)
    case (.type, .type): return true
    case (.list(let a), .list(let b)), (.optional(let a), .optional(let b)): return assign(a, b)
    case (.map(let key, let value), .map(let otherKey, let otherValue)):
      return assign(key, otherKey) && assign(value, otherValue)
    case (.opaque(let name, let parts), .opaque(let otherName, let otherParts)):
      guard name == otherName, parts.count == otherParts.count else { return false }
      for (part, otherPart) in zip(parts, otherParts) where !assign(part, otherPart) { return false }
      return true
    default: return one == other
    }
  }

  private enum Binding { case fits, bound, refers }

  private mutating func bind(_ name: String, to type: ValueType) -> Binding {
    if type == .parameter(name) { return .fits }
    if let known = bindings[name] {
      if known == type { return .fits }
      guard assign(type, known) else { return .bound }
      let general = Self.general(type, known)
      if !refers(general, to: name) { bindings[name] = general }
      return .fits
    }
    guard !refers(type, to: name) else { return .refers }
    bindings[name] = type
    return .fits
  }

  private func refers(_ type: ValueType, to name: String) -> Bool {
    var found = false
    _ = type.mapped { part in
      if part == name { found = true } else if let bound = bindings[part], !found { found = refers(bound, to: name) }
      return .dyn
    }
    return found
  }

  /// The less specific of two types that go together.
  static func general(_ one: ValueType, _ other: ValueType) -> ValueType {
    if one == .null { return other }
    if other == .null { return one }
    return isGeneral(one, other) ? one : other
  }

  private static func isGeneral(_ one: ValueType, _ other: ValueType) -> Bool {
    switch (one, other) {
    case (.dyn, _), (.parameter, _), (.error, _): true
    case (_, .dyn), (_, .parameter), (_, .error): false
    case (.wrapper(let a), .wrapper(let b)), (.list(let a), .list(let b)), (.optional(let a), .optional(let b)):
      isGeneral(a, b)
    case (.wrapper(let a), _): isGeneral(a, other)
    case (.map(let key, let value), .map(let otherKey, let otherValue)):
      isGeneral(key, otherKey) && isGeneral(value, otherValue)
    case (.opaque(let name, let parts), .opaque(let otherName, let otherParts)):
      name == otherName && parts.count == otherParts.count && zip(parts, otherParts).allSatisfy(isGeneral)
    case (.type, .type): true
    default: one == other
    }
  }
}

extension ValueType {
  /// Whether `null` may stand for it: what a message's field may leave out.
  var isNullable: Bool {
    switch self {
    case .null, .dyn, .error, .timestamp, .duration, .wrapper, .optional, .opaque: true
    default: false
    }
  }

  /// The same type with each of its parameters exchanged.
  func mapped(_ parameter: (String) -> ValueType) -> ValueType {
    switch self {
    case .parameter(let name): parameter(name)
    case .list(let element): .list(element.mapped(parameter))
    case .map(let key, let value): .map(key: key.mapped(parameter), value: value.mapped(parameter))
    case .optional(let wrapped): .optional(wrapped.mapped(parameter))
    case .type(let type): .type(type.mapped(parameter))
    case .wrapper(let wrapped): .wrapper(wrapped.mapped(parameter))
    case .opaque(let name, let parts): .opaque(name, parts.map { $0.mapped(parameter) })
    default: self
    }
  }

  /// How many types it is made of, counted up to about `limit`.
  func size(upTo limit: Int) -> Int {
    var stack = [self]
    var count = 0
    while let type = stack.popLast(), count <= limit {
      count += 1
      switch type {
      case .list(let part), .optional(let part), .type(let part), .wrapper(let part): stack.append(part)
      case .map(let key, let value): stack += [key, value]
      case .opaque(_, let parts): stack += parts
      default: break
      }
    }
    return count
  }
}

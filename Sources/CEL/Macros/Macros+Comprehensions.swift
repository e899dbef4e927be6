extension Macros {
  /// Over lists, and over the keys of maps.
  static let comprehensions: [any Macro] = [
    StandardMacro("list.all(x, condition)", "all", arguments: 2) { call, nodes throws(Problem) in
      let x = try call.variable(0, "list.all(x, condition)")
      return nodes.all(call.subject(&nodes), x, nil, call.arguments[1])
    },
    StandardMacro("list.exists(x, condition)", "exists", arguments: 2) { call, nodes throws(Problem) in
      let x = try call.variable(0, "list.exists(x, condition)")
      return nodes.exists(call.subject(&nodes), x, nil, call.arguments[1])
    },
    existsOne("exists_one"), existsOne("existsOne"),
    StandardMacro("list.map(x, value)", "map", arguments: 2) { call, nodes throws(Problem) in
      let x = try call.variable(0, "list.map(x, value)")
      return nodes.collect(call.subject(&nodes), x, nil, where: nil, call.arguments[1])
    },
    StandardMacro("list.map(x, condition, value)", "map", arguments: 3) { call, nodes throws(Problem) in
      let x = try call.variable(0, "list.map(x, condition, value)")
      return nodes.collect(call.subject(&nodes), x, nil, where: call.arguments[1], call.arguments[2])
    },
    StandardMacro("list.filter(x, condition)", "filter", arguments: 2) { call, nodes throws(Problem) in
      let x = try call.variable(0, "list.filter(x, condition)")
      let element = nodes.identifier(x)
      return nodes.collect(call.subject(&nodes), x, nil, where: call.arguments[1], element)
    },
  ]

  private static func existsOne(_ name: String) -> any Macro {
    StandardMacro("list.\(name)(x, condition)", name, arguments: 2) { call, nodes throws(Problem) in
      let x = try call.variable(0, "list.\(name)(x, condition)")
      return nodes.existsOne(call.subject(&nodes), x, nil, call.arguments[1])
    }
  }

  /// Over lists with their indices, and over maps' keys with their values.
  static let twoVariableComprehensions: [any Macro] = [
    StandardMacro("list.all(i, x, condition)", "all", arguments: 3) { call, nodes throws(Problem) in
      let (i, x) = try call.variables("list.all(i, x, condition)")
      return nodes.all(call.subject(&nodes), i, x, call.arguments[2])
    },
    StandardMacro("list.exists(i, x, condition)", "exists", arguments: 3) { call, nodes throws(Problem) in
      let (i, x) = try call.variables("list.exists(i, x, condition)")
      return nodes.exists(call.subject(&nodes), i, x, call.arguments[2])
    },
    existsOneOfTwo("existsOne"), existsOneOfTwo("exists_one"),
    StandardMacro("list.transformList(i, x, value)", "transformList", arguments: 3) { call, nodes throws(Problem) in
      let (i, x) = try call.variables("list.transformList(i, x, value)")
      return nodes.collect(call.subject(&nodes), i, x, where: nil, call.arguments[2])
    },
    StandardMacro("list.transformList(i, x, condition, value)", "transformList", arguments: 4) {
      call, nodes throws(Problem) in
      let (i, x) = try call.variables("list.transformList(i, x, condition, value)")
      return nodes.collect(call.subject(&nodes), i, x, where: call.arguments[2], call.arguments[3])
    },
    StandardMacro("map.transformMap(k, v, value)", "transformMap", arguments: 3) { call, nodes throws(Problem) in
      let (k, v) = try call.variables("map.transformMap(k, v, value)")
      let key = nodes.identifier(k)
      return nodes.insert(call.subject(&nodes), k, v, where: nil, [key, call.arguments[2]])
    },
    StandardMacro("map.transformMap(k, v, condition, value)", "transformMap", arguments: 4) {
      call, nodes throws(Problem) in
      let (k, v) = try call.variables("map.transformMap(k, v, condition, value)")
      let key = nodes.identifier(k)
      return nodes.insert(call.subject(&nodes), k, v, where: call.arguments[2], [key, call.arguments[3]])
    },
    StandardMacro("map.transformMapEntry(k, v, {key: value})", "transformMapEntry", arguments: 3) {
      call, nodes throws(Problem) in
      let (k, v) = try call.variables("map.transformMapEntry(k, v, {key: value})")
      return nodes.insert(call.subject(&nodes), k, v, where: nil, [call.arguments[2]])
    },
    StandardMacro("map.transformMapEntry(k, v, condition, {key: value})", "transformMapEntry", arguments: 4) {
      call, nodes throws(Problem) in
      let (k, v) = try call.variables("map.transformMapEntry(k, v, condition, {key: value})")
      return nodes.insert(call.subject(&nodes), k, v, where: call.arguments[2], [call.arguments[3]])
    },
  ]

  private static func existsOneOfTwo(_ name: String) -> any Macro {
    StandardMacro("list.\(name)(i, x, condition)", name, arguments: 3) { call, nodes throws(Problem) in
      let (i, x) = try call.variables("list.\(name)(i, x, condition)")
      return nodes.existsOne(call.subject(&nodes), i, x, call.arguments[2])
    }
  }

  static let optionals: [any Macro] = [
    StandardMacro("optional.optMap(x, value)", "optMap", arguments: 2) { call, nodes throws(Problem) in
      let x = try call.variable(0, "optional.optMap(x, value)")
      return nodes.ifPresent(call.subject(&nodes), x, call.arguments[1], wrapped: true)
    },
    StandardMacro("optional.optFlatMap(x, optional)", "optFlatMap", arguments: 2) { call, nodes throws(Problem) in
      let x = try call.variable(0, "optional.optFlatMap(x, optional)")
      return nodes.ifPresent(call.subject(&nodes), x, call.arguments[1], wrapped: false)
    },
  ]
}

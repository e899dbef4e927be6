import Config
import Model

/// Reads one line of a register map.
struct MetricReader {
  private var found = Diagnostics()
  private var reader: MappingReader

  /// - Returns: `nil` after at least one error in `diagnostics`.
  static func read(_ entry: YAMLNode.Entry, diagnostics: inout Diagnostics) -> ModbusMetric? {
    let name = entry.key.name("a metric's name", form: .identifier, diagnostics: &diagnostics)
    guard
      let mapping = MappingReader(
        entry.value, what: "a metric", example: "{ input: 1, type: int16, scale: 0.1, unit: Cel }",
        diagnostics: &diagnostics)
    else { return nil }
    var reader = MetricReader(reader: mapping)
    let metric = reader.metric(named: name ?? "")
    diagnostics.append(contentsOf: reader.found)
    return name == nil || reader.found.hasErrors ? nil : metric
  }

  private init(reader: MappingReader) { self.reader = reader }

  /// Asks for every key, also after an error.
  private mutating func metric(named name: String) -> ModbusMetric? {
    let place = MetricAddress.read(&reader, diagnostics: &found)
    let (pulseNode, accessNode) = (reader.optional("pulse"), reader.optional("access"))
    let access = self.access(accessNode, pulseNode, place)
    let type = self.type(place, isWritable: access.isWritable)
    let order = reader.optional("order").flatMap { WordOrder.read($0, type: type, diagnostics: &found) }
    let scaleNode = reader.optional("scale")
    let scale = scaleNode.flatMap { $0.number("`scale`", in: -1e12...1e12, diagnostics: &found) }
    if scale == 0, let scaleNode {
      found.error("out-of-range", "`scale` can't be 0", at: scaleNode.span, help: "leave it out, or write `1`")
    }
    let offsetNode = reader.optional("offset")
    let offset = offsetNode.flatMap { $0.number("`offset`", in: -1e15...1e15, diagnostics: &found) }
    let factorNode = reader.optional("scale_factor")
    var factor: UInt16?
    if let factorNode, let place { factor = place.sibling("scale_factor", factorNode, diagnostics: &found) }
    let mapNode = reader.optional("map")
    let map = mapNode.flatMap { valueMap($0, type: type, isWritable: access.isWritable) }
    let invalidNode = reader.optional("invalid")
    var invalid: [UInt64] = []
    if let invalidNode, let type { invalid = InvalidMarker.read(invalidNode, type: type, diagnostics: &found) }
    let (minNode, maxNode) = (reader.optional("min"), reader.optional("max"))
    let minimum = minNode.flatMap { $0.number("`min`", diagnostics: &found) }
    let maximum = maxNode.flatMap { $0.number("`max`", diagnostics: &found) }
    let every = reader.optional("every").flatMap {
      $0.interval("`every`", in: .milliseconds(100) ... .hours(24), diagnostics: &found)
    }
    let pulse = pulseNode.flatMap {
      $0.interval("`pulse`", in: .milliseconds(10) ... .minutes(10), diagnostics: &found)
    }
    let unitNode = reader.optional("unit")
    let unit = unitNode.flatMap { SenMLUnit.read($0, diagnostics: &found) }
    let description = reader.optional("description").flatMap {
      $0.string("`description`", limit: 1000, diagnostics: &found)
    }
    reader.finish(diagnostics: &found)
    guard let place, let type else { return nil }
    let metric = ModbusMetric(
      name: name, table: place.table, address: place.address, type: type, order: order ?? .abcd,
      scale: scale == 0 ? 1 : scale ?? 1, offset: offset ?? 0, scaleFactor: factor, map: map, invalid: invalid,
      minimum: minimum, maximum: maximum, every: every, pulse: pulse, access: access, unit: unit,
      description: description)
    let numeric = [
      ("scale", scaleNode), ("offset", offsetNode), ("scale_factor", factorNode), ("min", minNode), ("max", maxNode),
    ].compactMap { key, node in node.map { (key: key, node: $0) } }
    MetricRules(metric: metric, place: place).check(
      numeric: numeric, map: mapNode, unit: unitNode, diagnostics: &found)
    return metric
  }

  /// What may be done with it; where nothing is said, it is only read, so that nobody writes to what is wired to something by a slip.
  private mutating func access(
    _ node: YAMLNode?, _ pulse: YAMLNode?, _ place: MetricAddress?
  ) -> ModbusMetric.Access {
    let written = node?.choice(
      "`access`", of: ModbusMetric.Access.allCases.map { ($0.rawValue, $0) }, diagnostics: &found)
    let access = written ?? (pulse == nil ? .read : .readWrite)
    guard let place else { return access }
    if access.isWritable, !place.table.isWritable, let node = node ?? pulse {
      found.error(
        "not-writable", "\(place.table == .input ? "an input register" : "a discrete input") can't be written",
        at: node.span,
        help: "only `coil` and `holding` can: is it the right table? Else delete this")
      return .read
    }
    if let pulse, place.table != .coil {
      found.error(
        "impossible-pulse", "only a coil has a `pulse`", at: pulse.span,
        help: "delete it, or write the metric as `coil: …` if the device has one")
    } else if let node, pulse != nil, written == .read {
      found.error(
        "impossible-pulse", "a metric with a `pulse` is written, and `access: read` forbids that", at: node.span,
        help: "delete `access`, or `pulse`")
    }
    return access
  }

  private mutating func type(_ place: MetricAddress?, isWritable: Bool) -> RegisterType? {
    let (typeNode, bitsNode) = (reader.optional("type"), reader.optional("bits"))
    let type = typeNode.flatMap { RegisterType.read($0, diagnostics: &found) }
    let width: Int? = if case .bits(_, let registers)? = type { registers * 16 } else { nil }
    let fields = bitsNode.flatMap { BitField.read($0, width: width, isWritable: isWritable, diagnostics: &found) }
    if let place, place.table.isBits {
      if let node = typeNode ?? bitsNode, type != nil || typeNode == nil, type != .bool {
        found.error(
          "impossible-type", "a \(place.table == .coil ? "coil" : "discrete input") is one bit: true or false",
          at: node.span,
          help: "delete this; or is it in another table, `holding` or `input`?")
      }
      return .bool
    }
    guard let typeNode else {
      if place != nil {
        found.error(
          "missing-key", "a metric in a register needs the key `type`", at: (bitsNode?.span ?? reader.heading),
          help: bitsNode == nil
            ? "add `type: uint16`, or what the maker's list says" : "add `type: bits`, or `bits32` for two registers")
      }
      return nil
    }
    guard case .bits(_, let registers)? = type else {
      if let bitsNode, let type {
        found.error(
          "either-or", "a metric with `bits` has the type `bits`, and this is `\(type.name)`", at: typeNode.span,
          help: "write `type: bits`, or delete `bits` at line \(bitsNode.span.start.line)")
      }
      return type
    }
    guard bitsNode != nil else {
      found.error(
        "missing-key", "a metric of named bits needs the key `bits`", at: typeNode.span,
        help: "add `bits: { door: 0, fan: 1 }`; bit 0 is the lowest")
      return nil
    }
    return fields.map { .bits($0, registers: registers) }
  }

  private mutating func valueMap(_ node: YAMLNode, type: RegisterType?, isWritable: Bool) -> [Int64: Value]? {
    // Read also where no numbers come, for its other mistakes.
    let range = type == .bool ? 0...1 : type?.range ?? Int128(Int64.min)...Int128(Int64.max)
    let map = ValueMap.read(
      node, range: range, what: type.map { "`\($0.name)`" } ?? "it", isWritable: isWritable, diagnostics: &found)
    guard let type, type.range == nil, type != .bool else { return map }
    let isBits = if case .bits = type { true } else { false }
    found.error(
      "either-or", "a metric of the type `\(type.name)` has no `map`", at: node.span,
      help: isBits ? "give the map to one of its `bits`" : "delete it; a map is for whole numbers")
    return nil
  }
}

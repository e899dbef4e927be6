import Config
import Model

/// The metrics of a profile while it is read, each with its place: what must hold between them.
struct RegisterMap {
  struct Line {
    var metric: ModbusMetric
    var entry: YAMLNode.Entry
  }

  let defaults: ModbusDefaults
  private(set) var lines: [Line] = []
  /// The signals' names, each with the line of the file on which it stands.
  private var names: [String: Int] = [:]

  init(defaults: ModbusDefaults) { self.defaults = defaults }

  mutating func add(_ metric: ModbusMetric, at entry: YAMLNode.Entry, diagnostics: inout Diagnostics) {
    for signal in metric.signals {
      let line = entry.key.span.start.line
      if let first = names.updateValue(line, forKey: signal.name) {
        diagnostics.error(
          "duplicate-metric", "`\(signal.name)` stands twice; first on line \(first)", at: entry.key.span,
          help: "give one of them another name: the names of bits count as metrics")
      }
    }
    let most = metric.table.isBits ? defaults.maxBits : defaults.maxRegisters
    if let most, metric.count > most {
      diagnostics.error(
        "beyond-one-answer",
        "`\(metric.name)` takes \(metric.count) registers, and the defaults allow \(most) in one answer",
        at: entry.key.span, help: "check the type, or raise `max_registers`")
    }
    lines.append(Line(metric: metric, entry: entry))
  }

  func check(diagnostics: inout Diagnostics) {
    overlaps(&diagnostics)
    numbering(&diagnostics)
  }

  /// Two values that share a part of their registers are one mistake in an address or a type. The same registers seen in two ways, as a
  /// number and by its bits, are none.
  private func overlaps(_ diagnostics: inout Diagnostics) {
    for table in ModbusMetric.Table.allCases {
      let sorted = lines.filter { $0.metric.table == table }.enumerated().sorted {
        ($0.element.metric.address, $0.offset) < ($1.element.metric.address, $1.offset)
      }.map(\.element)
      // The one that reaches furthest of those before.
      var furthest: Line?
      for line in sorted {
        if let before = furthest, before.metric.end > Int(line.metric.address) {
          compare(before, line, &diagnostics)
        }
        if line.metric.end > furthest?.metric.end ?? -1 { furthest = line }
      }
    }
  }

  private func compare(_ one: Line, _ two: Line, _ diagnostics: inout Diagnostics) {
    // Told at the one that stands later in the file.
    let (first, second) =
      one.entry.key.span.start < two.entry.key.span.start ? (one, two) : (two, one)
    let (a, b) = (first.metric, second.metric)
    if a.address == b.address, a.valueCount == b.valueCount {
      guard a.type == b.type, a.order == b.order, a.scale == b.scale, a.offset == b.offset, a.map == b.map,
        a.scaleFactor == b.scaleFactor
      else { return }
      diagnostics.warning(
        "same-register", "`\(b.name)` is the same register as `\(a.name)` on line \(first.entry.key.span.start.line)",
        at: second.entry.key.span, help: "check the address, or delete one")
      return
    }
    if a.isBits && b.spans(a) || b.isBits && a.spans(b) { return }
    let unit = a.table.isBits ? "bits" : "registers"
    diagnostics.error(
      "overlapping-registers",
      "`\(b.name)` (\(b.span)) shares \(unit) with `\(a.name)` (\(a.span)) on line \(first.entry.key.span.start.line)",
      at: second.entry.key.span,
      help:
        "check both addresses and types: a 32-bit type takes two registers, a 64-bit one four, `string(n)` half of n")
  }

  /// `holding: 40001` is most often the maker's number, which begins at 1, and not an address.
  private func numbering(_ diagnostics: inout Diagnostics) {
    for (table, digit) in [(ModbusMetric.Table.input, 3), (.holding, 4)] {
      let mine = lines.filter { $0.metric.table == table && !isModicon($0) }
      let numbers = digit * 10_000 + 1...digit * 10_000 + 9999
      // SunSpec's map begins at address 40000, as no list by numbers does.
      guard let first = mine.first, mine.allSatisfy({ numbers.contains(Int($0.metric.address)) }),
        !mine.contains(where: { Int($0.metric.address) < digit * 10_000 + 1 })
      else { continue }
      let number = Int(first.metric.address)
      diagnostics.warning(
        "register-as-address",
        "all \(table.rawValue) addresses begin with \(digit), as the makers' register numbers do",
        at: first.entry.key.span,
        help: "if the list begins at \(digit)0001, write `register: \(number)` or "
          + "`\(table.rawValue): \(number - digit * 10_000 - 1)`; if they are addresses, as in SunSpec's maps, read 40000 as well"
      )
    }
  }

  private func isModicon(_ line: Line) -> Bool {
    if case .mapping(let entries) = line.entry.value.content {
      entries.contains { $0.name == "register" }
    } else {
      false
    }
  }
}

extension ModbusMetric {
  fileprivate var end: Int { Int(address) + valueCount }
  fileprivate var isBits: Bool { if case .bits = type { true } else { false } }
  fileprivate func spans(_ other: ModbusMetric) -> Bool { address <= other.address && other.end <= end }
  fileprivate var span: String { valueCount == 1 ? "\(address)" : "\(address) to \(end - 1)" }
}

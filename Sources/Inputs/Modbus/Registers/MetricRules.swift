import Config
import Model

/// What must hold between the keys of a metric.
struct MetricRules {
  let metric: ModbusMetric
  let place: MetricAddress

  /// - Parameters:
  ///   - numeric: The keys that only numbers have, as far as they stand there, each with its value.
  ///   - map: `map`, where it stands there.
  ///   - unit: `unit`, likewise.
  func check(
    numeric: [(key: String, node: YAMLNode)], map: YAMLNode?, unit: YAMLNode?, diagnostics: inout Diagnostics
  ) {
    fits(&diagnostics)
    if isNumber, map == nil {
      range(numeric, &diagnostics)
      scaleFactor(numeric.first { $0.key == "scale_factor" }?.node, &diagnostics)
    } else {
      for (key, node) in numeric + (isNumber ? [] : unit.map { [("unit", $0)] } ?? []) {
        diagnostics.error(
          "either-or",
          isNumber
            ? "a metric with a `map` has no `\(key)`" : "a metric of the type `\(metric.type.name)` has no `\(key)`",
          at: node.span, help: isNumber ? "delete one of the two; the map says what the raw numbers mean" : "delete it")
      }
      if isNumber, let unit, metric.signals.first?.kind != .number {
        diagnostics.error(
          "either-or", "words and truth values have no `unit`", at: unit.span,
          help: "delete it, or let `map` give numbers")
      }
    }
    if case .bits = metric.type, metric.access == .write {
      diagnostics.error(
        "impossible-access", "named bits are written over what the register holds, so it must be readable",
        at: place.node.span,
        help: "write `access: read_write`; for a register that can't be read take a number with a `map`")
    }
  }

  private var isNumber: Bool { metric.type.range != nil || metric.type == .float32 || metric.type == .float64 }

  /// The table ends at 65535, an answer holds 125 registers, and a write 123.
  private func fits(_ diagnostics: inout Diagnostics) {
    let last = Int(metric.address) + metric.valueCount - 1
    if last > 65535 {
      diagnostics.error(
        "beyond-the-table",
        "a value of \(metric.valueCount) registers at address \(metric.address) would end at \(last), and a table at 65535",
        at: place.node.span, help: "check the address and the type")
    }
    if metric.access.isWritable, !place.table.isBits, metric.count > ModbusRequest.maxWrittenRegisters {
      let most = ModbusRequest.maxWrittenRegisters
      diagnostics.error(
        "impossible-access",
        "a value of \(metric.count) registers can't be written: one request carries \(most)", at: place.node.span,
        help: "write `access: read`, or a type of at most \(most) registers, as `string(\(most * 2))`")
    }
  }

  private func range(_ numeric: [(key: String, node: YAMLNode)], _ diagnostics: inout Diagnostics) {
    func node(_ key: String) -> YAMLNode? { numeric.first { $0.key == key }?.node }
    if let minimum = metric.minimum, let maximum = metric.maximum, minimum >= maximum, let node = node("max") {
      diagnostics.error(
        "out-of-range", "`max` must be more than `min`", at: node.span, help: "exchange them, or delete one")
    }
    guard let held = metric.heldRange else { return }
    for (key, value) in [("min", metric.minimum), ("max", metric.maximum)] {
      guard let value, !held.contains(value), let node = node(key) else { continue }
      let isSign = value < 0 && held.lowerBound >= 0
      diagnostics.error(
        "impossible-range",
        "`\(key): \(node.scalar?.text ?? "")` is beyond what the registers hold: \(text(held.lowerBound)) to \(text(held.upperBound))",
        at: node.span,
        help: isSign
          ? "is the value signed, as `type: \(metric.type.name.dropFirst())`? Else correct it"
          : "check `type` and `scale`, or correct it")
    }
  }

  /// SunSpec's scale factor stands behind the value, near enough to come with it in one answer.
  private func scaleFactor(_ node: YAMLNode?, _ diagnostics: inout Diagnostics) {
    guard let node, let factor = metric.scaleFactor else { return }
    if place.table.isBits || Int(factor) < Int(metric.address) + metric.valueCount || metric.count > 125 {
      diagnostics.error(
        "impossible-scale-factor",
        "the scale factor must stand behind the value, within the 125 registers of one answer", at: node.span,
        help: "check the address; where the factor never changes, write it as `scale`")
    }
    if metric.access.isWritable {
      diagnostics.error(
        "impossible-scale-factor", "a value with a scale factor isn't written", at: node.span,
        help: "write `scale` with the factor that the device has, or `access: read`")
    }
  }

  private func text(_ number: Double) -> String {
    number.magnitude < 1e15 && number == number.rounded() ? "\(Int64(number))" : "\(number)"
  }
}

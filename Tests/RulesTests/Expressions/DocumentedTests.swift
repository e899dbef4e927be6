import Foundation
import Testing

@testable import Rules

/// Every function and signal of expressions stands in the documentation, with the words of the code.
struct DocumentedTests {
  private func page() throws -> String {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: root.appendingPathComponent("docs/rules.md"), encoding: .utf8)
  }

  @Test(arguments: HostFunction.Name.allCases)
  func aFunctionIsDocumented(_ name: HostFunction.Name) throws {
    let function = HostFunction.named(name)
    #expect(try page().contains("| `\(function.form)` | \(function.result) | \(function.note) |"))
  }

  @Test(arguments: PositionField.allCases)
  func aSignalOfAPositionIsDocumented(_ field: PositionField) throws {
    let page = try page()
    #expect(page.contains("| `gps.\(field.rawValue)` |"))
    #expect(page.contains(field.note))
  }

  @Test func signalsOfTheSystemAreDocumented() throws {
    let page = try page()
    for signal in SystemSignal.all { #expect(page.contains("| `system.\(signal.name)` |")) }
  }
}

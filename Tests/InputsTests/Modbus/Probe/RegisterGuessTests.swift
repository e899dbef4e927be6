import Config
import Model
import Testing

@testable import Inputs

struct RegisterGuessTests {
  /// Registers of a value, with noise around that is nothing like it.
  private func registers(_ type: RegisterType, _ order: WordOrder, _ raw: Double) -> [UInt16] {
    let pattern: UInt64 =
      switch type {
      case .float32: UInt64(Float(raw).bitPattern)
      case .float64: raw.bitPattern
      default: UInt64(bitPattern: Int64(raw))
      }
    return [0xBEEF, 0x7F13] + order.registers(of: pattern, count: type.registers) + [0x6A1D, 0xC0DE]
  }

  @Test(
    arguments: [
      (RegisterType.uint16, 1.0), (.int16, 1), (.uint32, 1), (.int32, 1), (.float32, 1), (.float64, 1), (.uint16, 0.1),
      (.int16, 0.01), (.int32, 0.001),
    ], WordOrder.allCases)
  func whatIsThereIsFound(_ kind: (type: RegisterType, scale: Double), _ order: WordOrder) throws {
    // Wide ones hold what a narrow one can't.
    let raw = kind.type.registers > 1 && kind.type.range != nil ? 1_234_567.0 : 2305.0
    let expected = raw * kind.scale
    let guesses = RegisterGuesses.all(
      of: [(first: 100, registers: registers(kind.type, order, raw))], giving: expected, within: 0.001)
    let isThere = guesses.contains { guess in
      guess.address == 102 && guess.registers == kind.type.registers && abs(guess.value - expected) <= expected * 0.001
        && (kind.type.registers == 1 || guess.order == order.rawValue)
    }
    // A register's bytes are swapped, or they aren't; which of two does it is one thing.
    #expect(isThere, "\(guesses)")
  }

  @Test func usualMapComesFirst() {
    let runs: [(first: UInt16, registers: [UInt16])] = [(0, [2305, 0x4366, 0x8000, 0, 2305])]
    let lines = RegisterGuesses.all(of: runs, giving: 230.5, within: 0.01).prefix(3).map { $0.line(in: .input) }
    #expect(
      Set(lines) == [
        "{ input: 0, type: uint16, scale: 0.1 }", "{ input: 1, type: float32 }",
        "{ input: 4, type: uint16, scale: 0.1 }",
      ])
  }

  @Test func nothingIsGuessedFromNothing() {
    #expect(RegisterGuesses.all(of: [], giving: 5, within: 0.01).isEmpty)
    #expect(RegisterGuesses.all(of: [(0, [0, 0, 0, 0])], giving: 5, within: 0.01).isEmpty)
    // A whole number of 32 bits with zeros above is the 16 bits below.
    let zeros = RegisterGuesses.all(of: [(0, [0, 5])], giving: 5, within: 0)
    #expect(zeros.map(\.registers) == [1])
  }

  @Test func negativeValueIsFoundAsSigned() {
    let guesses = RegisterGuesses.all(
      of: [(7, [UInt16(bitPattern: -185)])], giving: -18.5, within: 0.001)
    #expect(guesses.map { $0.line(in: .holding) } == ["{ holding: 7, type: int16, scale: 0.1 }"])
  }

  @Test func guessIsALineThatAProfileTakes() throws {
    let guesses = RegisterGuesses.all(
      of: [(first: 100, registers: registers(.int32, .cdab, 1_234_567))], giving: 1234.567, within: 0.0001)
    let text = ProbeView.profile(
      metrics: guesses.enumerated().map { ("value_\($0)", $1.line(in: .holding)) }, unit: 3, baud: 9600,
      comment: "Read by a test")
    var diagnostics = Diagnostics()
    let profile = ModbusProfile.read(
      SourceFile(path: "x.yaml", text: text), name: "x", diagnostics: &diagnostics)
    #expect(profile?.metrics.isEmpty == false, "\(diagnostics.all)\n\(text)")
  }

  @Test func registersAreShownInEveryWay() {
    #expect(
      ProbeView.lines(of: [(first: 40, registers: [0x4869, 0xFFFE])], table: .holding) == [
        "address  hex     uint16   int16  text", "     40  0x4869   18537   18537  Hi",
        "     41  0xFFFE   65534      -2  ..",
      ])
    #expect(ProbeView.lines(of: [(first: 8, registers: [1, 0])], table: .coil) == ["      8  1", "      9  0"])
    let values = ProbeView.values(
      of: [(first: 0, registers: [0x4366, 0x8000, 9])], type: "float32", order: "abcd", scale: 1)
    #expect(values?.map(\.value) == [.number(230.5)])
    #expect(ProbeView.values(of: [], type: "real", order: "ABCD", scale: 1) == nil)
  }
}

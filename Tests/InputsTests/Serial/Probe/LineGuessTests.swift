import Config
import Model
import Testing

@testable import Inputs

struct LineGuessTests {
  @Test(arguments: [
    ("$GPGLL,4916.45,N,12311.12,W,225444,A,*1D\r\n$GPGLL,4916.45,N,12311.12,W,225444,A,*1D\r\n", LineGuess.Kind.nmea),
    ("{\"t\":1}\n{\"t\":2}\n", .json), ("t=1,h=2\nt=1,h=3\n", .keys(separator: ",")),
    ("a=1 b=2\r\na=1 b=2\r\n", .keys(separator: " ")),
    ("1,2,3\n4,5,6\n7,8,9\n", .csv(separator: ",", columns: 3)), ("1;2\n4;5\n", .csv(separator: ";", columns: 2)),
    ("R1234\rR1235\rR1236\r", .text), ("", .nothing),
  ])
  func linesTellWhatTheyAre(_ text: String, _ kind: LineGuess.Kind) {
    let guess = LineGuess(Array(text.utf8))
    #expect(guess.kind == kind)
    #expect(!guess.remedy.isEmpty)
  }

  @Test func noiseOfAWrongSpeedIsNoText() {
    var noise = [UInt8]()
    for index in 0..<400 { noise.append(UInt8(truncatingIfNeeded: index &* 167 &+ 0x80)) }
    let guess = LineGuess(noise)
    #expect(guess.kind == .binary && guess.confidence < LineGuess(Array("R1234\rR1235\r".utf8)).confidence)
  }

  /// Whatever comes, it is told and nothing traps.
  @Test func anyBytesAreTaken() {
    var state: UInt64 = 1
    for length in 0..<400 {
      let bytes = (0..<length).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return UInt8(truncatingIfNeeded: state >> 33)
      }
      #expect(LineGuess(bytes).lines.count <= 10)
    }
  }

  @Test func profileShowsWhatItMakesOfIt() throws {
    let text = """
      model: Test
      protocol: serial
      frame: { start: R }
      format: "{distance:number}"
      metrics:
        distance: { scale: 0.001, invalid: [5000], unit: m }
      """
    var diagnostics = Diagnostics()
    let profile = try #require(
      SerialProfile.read(SourceFile(path: "x.yaml", text: text), name: "x", diagnostics: &diagnostics),
      "\(diagnostics.all)")
    let trial = LineGuess.Trial(profile, Array("R1234\rRxx\rR0450\r".utf8))
    #expect(trial.readings.map(\.name) == ["distance"] && trial.readings.first?.value == .number(0.45))
    #expect(trial.right == 2 && trial.wrong == 1)
  }
}

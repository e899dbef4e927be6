import Testing

@testable import Inputs

@Suite struct LineBufferTests {
  @Test func linesComeWholeHoweverTheyAreCut() {
    var buffer = LineBuffer()
    #expect(buffer.append("ab".utf8) == [])
    #expect(buffer.append("c\nde\n\nf".utf8) == [Array("abc".utf8), Array("de".utf8), []])
    #expect(buffer.append("\n".utf8) == [Array("f".utf8)])
  }

  @Test func aLineBeyondTheLimitEndsTheStream() {
    var buffer = LineBuffer()
    #expect(buffer.append([UInt8](repeating: 120, count: LineBuffer.limit)) == [])
    #expect(buffer.append("\n".utf8)?.count == 1)
    #expect(buffer.append([UInt8](repeating: 120, count: LineBuffer.limit + 1)) == nil)
  }
}

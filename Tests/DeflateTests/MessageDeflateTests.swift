import Deflate
import Testing

@Suite struct MessageDeflateTests {
  private static let messages: [[UInt8]] = [
    Array("Hello".utf8), [], [], Array("Hello".utf8), Array(repeating: 65, count: 200_000),
    (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }, [7],
  ]

  @Test(arguments: [true, false], [9, 12, 15])
  func messagesComeBackAsTheyWere(keepsContext: Bool, windowBits: Int) throws {
    let deflater = try #require(MessageDeflater(windowBits: windowBits, keepsContext: keepsContext))
    let inflater = MessageInflater(keepsContext: keepsContext)
    for message in Self.messages + Self.messages {
      let small = try #require(deflater.deflate(message))
      #expect(try inflater.inflate(small, limit: message.count) == message)
    }
  }

  /// RFC 7692, section 7.2.3.
  @Test(
    arguments: [
      [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00],
      [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00],
      [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00],
      [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00],
    ] as [[UInt8]])
  func readsTheExamplesOfTheRFC(bytes: [UInt8]) throws {
    let inflater = MessageInflater(keepsContext: true)
    for _ in 0..<2 { #expect(try inflater.inflate(bytes, limit: 5) == Array("Hello".utf8)) }
  }

  @Test func writesAndReadsWithTheContextOfEarlierMessages() throws {
    let deflater = try #require(MessageDeflater(windowBits: 15, keepsContext: true))
    #expect(deflater.deflate(Array("Hello".utf8)) == [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00])
    #expect(deflater.deflate(Array("Hello".utf8)) == [0xf2, 0x00, 0x11, 0x00, 0x00])
    let inflater = MessageInflater(keepsContext: true)
    #expect(try inflater.inflate([0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00], limit: 5) == Array("Hello".utf8))
    #expect(try inflater.inflate([0xf2, 0x00, 0x11, 0x00, 0x00], limit: 5) == Array("Hello".utf8))
    #expect(throws: MessageInflater.Failure.damaged) {
      try MessageInflater(keepsContext: false).inflate([0xf2, 0x00, 0x11, 0x00, 0x00], limit: 5)
    }
  }

  @Test func aBombIsRefusedAndHoldsNoMemory() throws {
    let deflater = try #require(MessageDeflater(windowBits: 15, keepsContext: false))
    let bomb = try #require(deflater.deflate(Array(repeating: 0, count: 50_000_000)))
    #expect(bomb.count < 60_000)
    #expect(throws: MessageInflater.Failure.tooLarge) {
      try MessageInflater(keepsContext: true).inflate(bomb, limit: 1 << 20)
    }
  }

  @Test func damagedBytesAreToldAndNeverTrap() throws {
    var state: UInt64 = 1
    for length in 0..<2000 {
      let bytes = (0..<length % 64).map { _ -> UInt8 in
        state = state &* 6_364_136_223_846_793_005 &+ 1
        return UInt8(truncatingIfNeeded: state >> 33)
      }
      _ = try? MessageInflater(keepsContext: true).inflate(bytes, limit: 1000)
    }
    #expect(throws: MessageInflater.Failure.damaged) {
      try MessageInflater(keepsContext: true).inflate([0xff, 0xff, 0xff], limit: 1000)
    }
  }

  @Test(arguments: [-1, 0, 8, 16]) func windowsThatZlibCannotWriteAreRefused(bits: Int) {
    #expect(MessageDeflater(windowBits: bits, keepsContext: true) == nil)
  }
}

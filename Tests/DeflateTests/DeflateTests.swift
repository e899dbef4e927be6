import Deflate
import Testing

@Suite struct DeflateTests {
  private static let texts: [[UInt8]] = [
    [], [7], Array("waypost".utf8), Array(repeating: 65, count: 100_000),
    (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) },
  ]

  @Test(arguments: texts, [Deflater.Effort.quick, .balanced])
  func whatIsDeflatedInflatesToTheSame(bytes: [UInt8], effort: Deflater.Effort) throws {
    let deflater = Deflater(effort)
    let inflater = Inflater()
    for _ in 0..<2 {
      let small = try #require(deflater.deflate(bytes))
      #expect(inflater.inflate(small, limit: bytes.count) == bytes)
      #expect(inflater.inflate(small, limit: 1 << 20) == bytes)
    }
  }

  /// RFC 1951, section 3.2.4: a final stored block of "abc".
  @Test func readsAStoredBlock() {
    let block: [UInt8] = [1, 3, 0, 0xfc, 0xff, 97, 98, 99]
    #expect(Inflater().inflate(block, limit: 3) == [97, 98, 99])
    #expect(Deflater(.quick).deflate([97, 98, 99])?[0] != 0x78, "zlib's header has no place in raw DEFLATE")
  }

  @Test func neverGivesMoreThanAllowed() throws {
    let inflater = Inflater()
    let bomb = try #require(Deflater(.balanced).deflate(Array(repeating: 0, count: 10_000_000)))
    #expect(bomb.count < 20_000)
    for limit in [0, 1, 1000, 9_999_999, -1, .min, .max] { #expect(inflater.inflate(bomb, limit: limit) == nil) }
    #expect(inflater.inflate(bomb, limit: 10_000_000)?.count == 10_000_000)
  }

  @Test func whatWouldBeLongerThanAllowedIsNotGiven() {
    let deflater = Deflater(.quick)
    for limit in [-1, 0, 1, 2] { #expect(deflater.deflate(Array("waypost".utf8), limit: limit) == nil) }
    #expect(deflater.deflate([1], limit: 1) == nil)
    #expect(deflater.deflate(Array(repeating: 65, count: 1000), limit: 999)?.count ?? 1000 < 50)
  }

  @Test func damagedBytesGiveNothingOrSomethingBoundedAndNeverTrap() throws {
    let inflater = Inflater()
    let text = Array("the quick brown fox jumps over the lazy dog, the lazy dog sleeps".utf8)
    let whole = try #require(Deflater(.balanced).deflate(text))
    for cut in 0..<whole.count { #expect(inflater.inflate(Array(whole.prefix(cut)), limit: 1000) == nil) }
    #expect(inflater.inflate(whole + [0], limit: 1000) == nil)
    for index in whole.indices {
      for bit in 0..<8 {
        var bytes = whole
        bytes[index] ^= 1 << UInt8(bit)
        #expect(inflater.inflate(bytes, limit: 100)?.count ?? 0 <= 100)
      }
    }
    #expect(inflater.inflate(whole, limit: 1000) == text)
  }

  /// The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms (reveng.sourceforge.io/crc-catalogue).
  @Test func theChecksumHasItsCheckValueHoweverItIsCut() {
    #expect(Checksum.crc32(Array("123456789".utf8)) == 0xcbf4_3926)
    #expect(Checksum.crc32(Array("1234".utf8), [], Array("56789".utf8)) == 0xcbf4_3926)
    #expect(Checksum.crc32([]) == 0)
  }
}

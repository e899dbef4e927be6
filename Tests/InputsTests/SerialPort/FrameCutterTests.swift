import Testing

@testable import Inputs

@Suite struct FrameCutterTests {
  private func cut(_ framing: Framing, _ checksum: FrameChecksum?, _ pieces: [(String, Int64)]) -> [String] {
    var cutter = FrameCutter(framing, checksum)
    return pieces.flatMap { cutter.append(Array($0.0.utf8)[...], at: $0.1) }.map(Self.text)
  }

  private func cut(_ framing: Framing, _ checksum: FrameChecksum?, _ text: String) -> [String] {
    cut(framing, checksum, [(text, 0)])
  }

  private func cut(_ framing: Framing, _ text: String) -> [String] { cut(framing, nil, text) }

  static func text(_ cut: FrameCutter.Cut) -> String {
    switch cut {
    case .content(let bytes): String(decoding: bytes, as: UTF8.self)
    case .fault(let fault): "<\(fault.rawValue)>"
    }
  }

  @Test func linesEndWithEitherOrBoth() {
    #expect(cut(Framing(), "a\r\nb\nc\r\r\n\nd") == ["a", "b", "c"])
  }

  @Test func whatComesBeforeTheStartIsPassedOver() {
    let framing = Framing(start: Array("$".utf8))
    #expect(cut(framing, "x$a\n$cut$b\nno\n$c\n") == ["a", "b", "<no start>", "c"])
  }

  @Test func aFirstFrameThatIsCutIsNobodysFault() {
    let xor = FrameChecksum(kind: .xor, mark: Array("*".utf8))
    #expect(cut(Framing(), xor, "rest*99\na*61\nb*99\n") == ["a", "<wrong checksum>"])
  }

  @Test func aLineThatIsTooLongIsDroppedToItsEnd() {
    let framing = Framing(limit: 4)
    #expect(cut(framing, "ok\n12345\n1234\n") == ["ok", "<too long>", "1234"])
    #expect(
      cut(framing, nil, [("ok\n123", 0), ("45678", 0), ("9\n1234", 0), ("\n", 0)]) == ["ok", "<too long>", "1234"])
  }

  @Test func anEndOfSeveralBytesAndWhatComesBehind() {
    let framing = Framing(start: [2], ending: .bytes([3], after: 2))
    let xor = FrameChecksum(kind: .xor)
    // Gill MetPak RG, user manual, page 32.
    let line = "\u{2}Q,014,000.06,1011.2,042.1,+023.0,+009.4,0000.000,+04.9,00,\u{3}"
    let sum = FrameChecksum.value(.xor, of: line.utf8.dropFirst().dropLast())
    let hex = String(sum, radix: 16, uppercase: true)
    #expect(cut(framing, xor, "\(line)\(hex)\r\n\(line)\(hex)\r\n\(line)00\r\n").map(\.count) == [58, 58, 16])
  }

  @Test func aFixedLengthFindsItsStartAgain() {
    let framing = Framing(start: Array("AB".utf8), ending: .length(6))
    let sum = FrameChecksum(kind: .sum, isHexadecimal: false)
    // 1 + 2 + 3 = 6.
    let good = "AB\u{1}\u{2}\u{3}\u{6}"
    #expect(cut(framing, sum, good + "xAB\u{1}\u{2}A" + good + good).count == 4)
    #expect(cut(framing, sum, good + good) == ["\u{1}\u{2}\u{3}", "\u{1}\u{2}\u{3}"])
  }

  @Test func aFixedLengthWithoutStartBeginsAfterAPause() {
    let framing = Framing(ending: .length(3), pause: 100)
    let xor = FrameChecksum(kind: .xor, isHexadecimal: false)
    // Bad, then nothing counts until it has paused.
    #expect(
      cut(framing, xor, [("ab\u{3}", 0), ("abc", 10), ("ab\u{3}", 20), ("ab\u{3}", 120)]) == [
        "ab", "<wrong checksum>", "ab",
      ])
  }

  @Test func aLengthWithinTheFrame() {
    let framing = Framing(start: [1], ending: .field(at: 1, bytes: 1, order: .big, plus: 2))
    #expect(
      cut(framing, "\u{1}\u{3}abc\u{1}\u{2}de\u{1}\u{0}\u{1}\u{1}f") == ["\u{3}abc", "\u{2}de", "\u{0}", "\u{1}f"])
  }

  @Test func halfAFrameIsGivenUpAfterAPause() {
    #expect(cut(Framing(), nil, [("a\n", 0), ("b", 0), ("c\n", 600_000_000)]) == ["a", "<cut short>", "c"])
  }

  /// The catalogue of parametrised CRC algorithms (reveng): CRC-16/MODBUS, CRC-16/IBM-3740, CRC-16/XMODEM over "123456789".
  @Test(arguments: [
    (FrameChecksum.Kind.crc16Modbus, 0x4B37), (.crc16CCITT, 0x29B1), (.crc16XModem, 0x31C3), (.xor, 0x31), (.sum, 0xDD),
    (.lrc, 0x23),
  ]) func aChecksumIsWhatItsNameSays(kind: FrameChecksum.Kind, value: Int) {
    #expect(FrameChecksum.value(kind, of: "123456789".utf8) == value)
  }

  /// The one request that every description of Modbus RTU shows, with its CRC.
  @Test func aChecksumInBytesHasTheOrderOfItsKind() {
    let framing = Framing(ending: .length(8))
    var crc = FrameChecksum(kind: .crc16Modbus, isHexadecimal: false, order: .little)
    let bytes: [UInt8] = [1, 3, 0, 0, 0, 10, 0xC5, 0xCD]
    var cutter = FrameCutter(framing, crc)
    #expect(cutter.append(bytes[...], at: 0) == [.content([1, 3, 0, 0, 0, 10])])
    crc.order = .big
    cutter = FrameCutter(framing, crc)
    #expect(cutter.append((bytes + bytes)[...], at: 0) == [])
  }

  static let framings: [(Framing, FrameChecksum?)] = [
    (Framing(limit: 12), nil),
    (Framing(start: Array("$".utf8), limit: 12), FrameChecksum(kind: .xor, mark: Array("*".utf8))),
    (Framing(start: [2], ending: .bytes([13, 10, 3], after: 0), limit: 9), nil),
    (Framing(ending: .bytes(Array("ab".utf8), after: 2), limit: 7), FrameChecksum(kind: .lrc, covers: [.end])),
    (Framing(start: Array("ab".utf8), ending: .length(5), limit: 12), FrameChecksum(kind: .sum, isHexadecimal: false)),
    (Framing(ending: .length(4), limit: 12), nil),
    (Framing(start: Array("a".utf8), ending: .field(at: 1, bytes: 1, order: .little, plus: 1), limit: 12), nil),
    (Framing(ending: .field(at: 0, bytes: 2, order: .big, plus: 0), limit: 12), nil),
  ]

  @Test(arguments: framings.indices) func anyCuttingOfAnyStreamGivesTheSame(index: Int) {
    let (framing, checksum) = Self.framings[index]
    var random = SeededRandom(seed: UInt64(index) + 1)
    let alphabet = Array("ab$*01\r\n".utf8) + [0, 2, 3, 4, 255]
    for _ in 0..<2000 {
      let bytes = (0..<Int(random.next() % 60)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
      var whole = FrameCutter(framing, checksum)
      let expected = whole.append(bytes[...], at: 0)
      var pieces = FrameCutter(framing, checksum)
      var found: [FrameCutter.Cut] = []
      var place = 0
      while place < bytes.count {
        let end = min(bytes.count, place + 1 + Int(random.next() % 9))
        found += pieces.append(bytes[place..<end], at: 0)
        place = end
      }
      #expect(found == expected, "\(bytes)")
      for case .content(let content) in found { #expect(content.count <= framing.limit) }
    }
  }
}

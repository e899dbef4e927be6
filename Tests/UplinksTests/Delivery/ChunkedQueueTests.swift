import Testing

@testable import Uplinks

@Suite struct ChunkedQueueTests {
  /// What an array does, for whatever order of calls.
  @Test func givesWhatWasPutInOldestFirst() {
    var generator = SystemRandomNumberGenerator()
    let seed = UInt64.random(in: .min ... .max, using: &generator)
    var chance = seed
    func draw(_ bound: Int) -> Int {
      chance = chance &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((chance >> 33) % UInt64(bound))
    }
    var queue = ChunkedQueue<Int>()
    var model: [Int] = []
    for step in 0..<3000 {
      switch draw(8) {
      case 0..<3:
        for number in 0..<draw(100) {
          queue.append(step * 100 + number)
          model.append(step * 100 + number)
        }
      case 3..<6:
        for _ in 0..<min(draw(110), model.count) {
          queue.dropFirst()
          model.removeFirst()
        }
      case 6:
        let start = draw(model.count + 1)
        queue.removeAll(from: start) { $0 % 3 == 0 }
        model = model[..<start] + model[start...].filter { $0 % 3 != 0 }
      default:
        guard !model.isEmpty else { continue }
        let index = draw(model.count)
        queue[index] += 1
        model[index] += 1
      }
      #expect(queue.count == model.count && queue.isEmpty == model.isEmpty, "seed \(seed), step \(step)")
      #expect(model.indices.allSatisfy { queue[$0] == model[$0] }, "seed \(seed), step \(step)")
    }
  }

  @Test func takesAnElementAfterAllAreGoneFromTheEnd() {
    var queue = ChunkedQueue<Int>()
    for number in 0..<10 { queue.append(number) }
    for _ in 0..<5 { queue.dropFirst() }
    queue.removeAll(from: 0) { _ in true }
    #expect(queue.isEmpty)
    queue.append(7)
    #expect(queue[0] == 7 && queue.count == 1)
  }
}

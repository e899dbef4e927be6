import Certificates
import Foundation
import Glibc
import Synchronization
import Testing

@Suite struct ServerPortTests {
  @Test func noPortIsGivenTwiceNorOneThatSomebodyHas() {
    // Listened on in the range that is given from.
    let taken = ServerPort.next(2) + 1
    let (descriptor, port) = LoopbackPort.bound(taken)
    defer { close(descriptor) }
    #expect(port == taken && listen(descriptor, 1) == 0)
    let given = Mutex<[Int]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      for _ in 0..<10 {
        let first = ServerPort.next(2)
        given.withLock { $0 += [first, first + 1] }
      }
    }
    let all = given.withLock { $0 }
    #expect(Set(all).count == 160)
    #expect(!all.contains(taken))
  }
}

import Glibc
import Testing
import Threads

@Suite struct DedicatedThreadTests {
  /// What `ask` gives on a thread of its own.
  private func ask<Answer: Sendable>(
    named name: String, stackSize: Int = 512 << 10, _ ask: @escaping @Sendable () -> Answer
  ) async throws -> Answer {
    try await withCheckedThrowingContinuation { waiter in
      do {
        try DedicatedThread.start(name: name, stackSize: stackSize) { waiter.resume(returning: ask()) }
      } catch {
        waiter.resume(throwing: error)
      }
    }
  }

  @Test(arguments: [("gpsd", "gpsd"), ("gpsd of the second lorry", "gpsd of the sec")])
  func hasItsNameCutAtWhatTheKernelTakes(name: String, shown: String) async throws {
    let found = try await ask(named: name) {
      var bytes = [UInt8](repeating: 0, count: 64)
      let file = open("/proc/thread-self/comm", O_RDONLY)
      let count = read(file, &bytes, bytes.count)
      close(file)
      return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
    #expect(found == shown + "\n")
  }

  @Test func leavesTheProcesssSignalsToTheMainThread() async throws {
    let areBlocked = try await ask(named: "signals") {
      var mask = sigset_t()
      pthread_sigmask(SIG_SETMASK, nil, &mask)
      return [SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGCHLD].allSatisfy { sigismember(&mask, $0) == 1 }
    }
    #expect(areBlocked)
  }

  @Test func aThreadThatIsNotToBeHadIsAnErrorWithItsReason() async {
    // More address space than there is.
    let error = await #expect(throws: DedicatedThread.Failure.self) {
      try await ask(named: "vast", stackSize: 1 << 50) {}
    }
    #expect(error?.code == EAGAIN || error?.code == ENOMEM)
    #expect(error?.description.isEmpty == false)
  }
}

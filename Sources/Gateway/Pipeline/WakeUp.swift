import Glibc

/// A POSIX semaphore (sem_overview(7)): `wait` returns once for each `signal`, or for several at once.
final class WakeUp: @unchecked Sendable {
  // Allocated once and never moved, as sem_init(3) asks.
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(semaphore, 0, 0) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func signal() { sem_post(semaphore) }

  func wait() {
    while sem_wait(semaphore) != 0, errno == EINTR {}
    // Whoever waits looks at everything that is there: signals that came meanwhile are used up with this one.
    while sem_trywait(semaphore) == 0 {}
  }
}

import CLinux

/// The C library's memory.
public enum Heap {
  /// Before there are threads: glibc gives each thread a heap of its own, up to eight for each processor, and each keeps what its thread
  /// needed once. A gateway has a dozen threads that hardly ever allocate at the same time. Where it can't be done more memory is taken.
  public static func shareAmongThreads() { _ = waypost_use_one_heap() }
}

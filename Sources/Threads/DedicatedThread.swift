import Glibc

/// A detached thread for blocking calls: those of C libraries and the disk's, which on Swift's cooperative pool would hold up
/// everything else.
public enum DedicatedThread {
  /// The system refused a thread (pthread_create(3)).
  public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    /// As in errno(3).
    public let code: Int32
    public var description: String { "no thread to be had: \(String(cString: strerror(code)))" }
  }

  /// Starts a thread that runs `body` and ends.
  ///
  /// It takes no signals: those are the main thread's, so that a `poll` here doesn't swallow a SIGTERM meant for the process.
  ///
  /// - Parameters:
  ///   - name: What `top -H` shows; cut at 15 bytes.
  ///   - stackSize: Bytes; address space, of which only what is used takes memory.
  public static func start(
    name: String, stackSize: Int = 512 << 10, _ body: @escaping @Sendable () -> Void
  ) throws(Failure) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, stackSize)
    // The new thread inherits the mask.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(Start(name: name, body: body)).toOpaque()
    let code = pthread_create(&thread, &attributes, threadBegins, argument)
    guard code == 0 else {
      Unmanaged<Start>.fromOpaque(argument).release()
      throw Failure(code: code)
    }
  }

  fileprivate final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  /// Names the calling thread, for those who look; without /proc it stays as it is.
  fileprivate static func setName(_ name: String) {
    let descriptor = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    let bytes = Array(name.utf8.prefix(15))
    _ = write(descriptor, bytes, bytes.count)
    close(descriptor)
  }
}

private func threadBegins(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let start = Unmanaged<DedicatedThread.Start>.fromOpaque(argument).takeRetainedValue()
  DedicatedThread.setName(start.name)
  start.body()
  return nil
}

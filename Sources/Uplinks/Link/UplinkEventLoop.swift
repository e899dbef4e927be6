import NIOCore
import NIOPosix

/// The one thread on which all connections to servers are served.
enum UplinkEventLoop {
  /// Made with the first uplink; it lasts as long as the process.
  static let shared: any EventLoop = MultiThreadedEventLoopGroup(numberOfThreads: 1).next()
}

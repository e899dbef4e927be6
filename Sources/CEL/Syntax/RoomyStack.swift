import Glibc

/// A stack that is large enough for the deepest tree that the limits allow, for the few expressions that are deep: the gateway's threads
/// have 512 KiB, and how much a level takes is the compiler's business, many times more in a debug build.
enum RoomyStack {
  /// Trees up to here are walked where one is: at most 6 KiB a level.
  static let plainDepth = 24
  private static let size = 16 << 20

  /// Runs `body` here, or where it `isNeeded` on a thread of its own, and waits for it; also here where no thread can be started.
  static func run<Result>(_ isNeeded: Bool, _ body: () -> Result) -> Result {
    guard isNeeded else { return body() }
    var result: Result?
    withoutActuallyEscaping(body) { body in
      let work = Work { result = body() }
      start(work)
    }
    return result ?? body()
  }

  private static func start(_ work: Work) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    guard pthread_attr_setstacksize(&attributes, size) == 0 else { return }
    let pointer = Unmanaged.passRetained(work)
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { pointer in
        if let pointer { Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().body() }
        return nil
      }, pointer.toOpaque())
    guard status == 0 else { return pointer.release() }
    pthread_join(thread, nil)
  }

  private final class Work {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }
}

extension Expression {
  /// Whether nodes are within one another more than `depth` times. Walks with a stack of its own.
  func isDeeper(than depth: Int) -> Bool {
    var waiting = [(self, 1)]
    while let (node, level) = waiting.popLast() {
      if level > depth { return true }
      node.kind.forEachChild { waiting.append(($0, level + 1)) }
    }
    return false
  }
}

extension [Token] {
  /// How many productions may be within one another while these are read, at most: brackets, and what nests without them.
  var nesting: Int {
    var depth = 0
    var deepest = 0
    var others = 0
    var isAfterOperator = true
    for token in self {
      var isOperator = false
      switch token.kind {
      case .symbol(let symbol):
        if symbol.isOpening {
          depth += 1
          deepest = Swift.max(deepest, depth)
        } else if symbol.isClosing {
          depth = Swift.max(0, depth - 1)
        }
        isOperator = !symbol.isClosing
        if symbol == .question || (isAfterOperator && !symbol.isOpening && !symbol.isClosing) { others += 1 }
      case .identifier(let word) where word.utf8.count <= 7 && Parser.nestingWords.contains(word.lowercased()):
        others += 1
        isOperator = true
      default: break
      }
      isAfterOperator = isOperator
    }
    return deepest + others
  }
}

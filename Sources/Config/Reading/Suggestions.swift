import Synchronization

/// "Did you mean" among very many names, such as the zones of a customer's file: a search of a hundred thousand takes some milliseconds,
/// and a rule file that was made by a program may have as many mistakes. After the first ones nothing more is looked for.
public final class Suggestions: Sendable {
  /// So many searches among more than `few` names.
  static let searches = 20
  /// Among so many it may be searched as often as one likes.
  static let few = 2000

  private struct State {
    var names: [String]
    var isSorted = false
    var searches = 0
  }

  private let state: Mutex<State>

  /// - Parameter names: In any order, which makes no difference.
  public init(_ names: some Sequence<String>) { state = Mutex(State(names: Array(names))) }

  /// The name that was most likely meant, the first of them by alphabet; `nil` where none is close, or too much was asked for already.
  public func closest(_ word: String) -> String? {
    state.withLock { state in
      guard state.names.count <= Self.few || state.searches < Self.searches else { return nil }
      state.searches += 1
      if !state.isSorted {
        state.names.sort()
        state.isSorted = true
      }
      return Suggestion.closest(word, in: state.names)
    }
  }
}

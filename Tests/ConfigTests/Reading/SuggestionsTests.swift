import Testing

@testable import Config

@Suite struct SuggestionsTests {
  @Test func amongManyNamesItIsFoundWhereverItStands() {
    let names = (0..<50_000).map { "customer-\($0 * 7919 % 1_000_003)" } + ["zürich-west", "Lausanne"]
    let suggestions = Suggestions(names)
    #expect(suggestions.closest("lausane") == "Lausanne")
    #expect(suggestions.closest("zürich-wst") == "zürich-west")
    #expect(suggestions.closest("nothing like it at all") == nil)
    #expect(Suggestion.closest("lausane", in: names) == "Lausanne")
  }

  @Test func afterTheFirstMistakesNothingMoreIsSearchedAmongMany() {
    let many = Suggestions((0..<3000).map { "zone-\($0)" } + ["depot"])
    let found = (0..<100).map { _ in many.closest("depto") }
    #expect(found.prefix(Suggestions.searches).allSatisfy { $0 == "depot" })
    #expect(found.dropFirst(Suggestions.searches).allSatisfy { $0 == nil })
    let few = Suggestions(["yard", "depot"])
    #expect((0..<1000).allSatisfy { _ in few.closest("depto") == "depot" })
  }

  @Test func orderOfTheNamesMakesNoDifference() {
    #expect(Suggestions(["rat", "cat"]).closest("bat") == "cat")
    #expect(Suggestions(["cat", "rat"]).closest("bat") == "cat")
  }

  /// The quick look at letters leaves out none that is close.
  @Test func quickLookAgreesWithTheDistance() {
    var random = SeededRandom(seed: 3)
    let letters = Array("abcdeXY12_é ")
    func word() -> String {
      String((0..<Int.random(in: 1...8, using: &random)).map { _ in letters.randomElement(using: &random) ?? "a" })
    }
    for _ in 0..<3000 {
      let (a, b) = (word(), word())
      func folded(_ text: String) -> [Character] { text.lowercased().filter { !"_- ".contains($0) }.map { $0 } }
      let (x, y) = (folded(a), folded(b))
      let longest = max(x.count, y.count)
      let isClose =
        a != b && !x.isEmpty && !y.isEmpty && Suggestion.distance(x, y) <= (longest < 3 ? 0 : max(1, longest / 3))
      #expect((Suggestion.closest(a, in: [b]) != nil) == isClose, "\(a) \(b)")
    }
  }
}

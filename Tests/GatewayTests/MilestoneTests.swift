import Testing

@testable import Gateway

@Suite struct MilestoneTests {
  @Test func whoeverWaitsGoesOnOnceItIsReached() async {
    let milestone = Milestone()
    await withDiscardingTaskGroup { group in
      for _ in 0..<10 { group.addTask { await milestone.wait() } }
      group.addTask { milestone.reach() }
    }
    milestone.reach()
    await milestone.wait()
  }
}

import CEL
import Testing

@Test func valuesAreTold() { #expect(Value.int(1) != Value.uint(1)) }

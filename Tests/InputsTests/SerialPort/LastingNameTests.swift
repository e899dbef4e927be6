import Foundation
import Testing

@testable import Inputs

@Suite struct LastingNameTests {
  @Test func aPortThatIsCalledByItsNumberIsToldItsLastingName() throws {
    let folder = NSTemporaryDirectory() + "waypost-by-id-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
    try FileManager.default.createSymbolicLink(atPath: folder + "/usb-A", withDestinationPath: "/dev/zero")
    try FileManager.default.createSymbolicLink(atPath: folder + "/usb-B", withDestinationPath: "/dev/null")
    #expect(LastingName.of("/dev/null", among: folder) == folder + "/usb-B")
    // One that is called so already, one that has none, and none at all.
    #expect(LastingName.of(folder + "/usb-B", among: folder) == nil)
    #expect(LastingName.of("/dev/full", among: folder) == nil)
    #expect(LastingName.of("/dev/null", among: folder + "/none") == nil)
  }
}

import Foundation
import Testing

@testable import Gateway

struct ProbeTests {
  @Test func holderOfAFileIsFound() throws {
    let path = NSTemporaryDirectory() + "waypost-held-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: path) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "exec 3>'\(path)'; echo ready; read line"]
    let (input, output) = (Pipe(), Pipe())
    (process.standardInput, process.standardOutput) = (input, output)
    try process.run()
    _ = output.fileHandleForReading.readData(ofLength: 6)
    let holders = PortHolder.of(path)
    #expect(holders.map(\.pid) == [process.processIdentifier] && holders.first?.isGateway == false)
    input.fileHandleForWriting.write(Data("\n".utf8))
    process.waitUntilExit()
    #expect(PortHolder.of(path).isEmpty)
    #expect(PortHolder.of(path + "-none").isEmpty)
  }

  @Test(arguments: [
    (["--tcp", "127.0.0.1:1", "--unit", "3"], "give --yes"), ([], "the bus must be named"),
    (["--tcp", "127.0.0.1:1", "--yes"], "127.0.0.1:1: refused"),
    (["--rtu", "/dev/ttyNowhere", "--yes"], "/dev/ttyNowhere: missing"),
    (["--rtu", "/dev/ttyNowhere", "--parity", "mark", "--yes"], "the line's settings are wrong"),
  ])
  func whatCannotBeDoneIsToldWithARemedy(_ arguments: [String], _ message: String) async throws {
    let ending = try await CommandLineTests.run(["probe", "modbus"] + arguments)
    #expect(ending.code == 2)
    #expect(ending.errors.contains(message) && ending.errors.contains("help: ") || message == "give --yes", "\(ending)")
  }
}

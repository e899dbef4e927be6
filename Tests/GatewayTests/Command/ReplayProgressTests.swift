import Foundation
import Testing

/// `waypost replay` tells how far it is, to a person only.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ReplayProgressTests {
  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script"), "script(1) isn't there"))
  func progressGoesToATerminalAndNeverIntoAPipe() async throws {
    let folder = try SetupTests.Folder(["depot/rules.yaml": Box.rules])
    let track = folder.path + "/long.csv"
    let lines = (0..<200_000).map { "\($0),46.2,\(6.0 + Double($0) / 10_000_000)\n" }.joined()
    try Data(("t,lat,lon\n" + lines).utf8).write(to: URL(fileURLWithPath: track))
    let command =
      "'\(CommandLineTests.program)' replay --rules '\(folder.path)/depot' '\(track)' >'\(folder.path)/records'"
    let seen = try await CommandLineTests.run(["-qec", command, "/dev/null"], program: "/usr/bin/script")
    #expect(seen.code == 0)
    let shares = seen.output.matches(of: /long\.csv  (\d+) %  \d+ fixes  \d+ a second/).compactMap { Int($0.output.1) }
    #expect(!shares.isEmpty, "\(seen.output.prefix(300))")
    #expect(shares == shares.sorted())
    // The line is gone in the end.
    #expect(seen.output.hasSuffix("\r\u{1B}[K"))
    #expect(try !String(contentsOfFile: folder.path + "/records", encoding: .utf8).contains("%"))

    let piped = try await CommandLineTests.run(["-c", command], program: "/bin/sh")
    #expect(piped.code == 0)
    #expect(piped.errors.isEmpty, "\(piped.errors)")
  }
}

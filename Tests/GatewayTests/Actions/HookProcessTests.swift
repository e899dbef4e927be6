import Foundation
import Glibc
import Model
import Testing

@testable import Gateway

/// A program that rules start: real ones, of a few lines of shell.
@Suite(.timeLimit(.minutes(10))) struct HookProcessTests {
  final class Hooks: Sendable {
    let path = NSTemporaryDirectory() + "waypost-hooks-" + UUID().uuidString
    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    @discardableResult func add(_ name: String, _ body: String, mode: mode_t = 0o755) throws -> String {
      let file = path + "/" + name
      try Data("#!/bin/sh\n\(body)\n".utf8).write(to: URL(fileURLWithPath: file))
      chmod(file, mode)
      return file
    }

    func contents(_ name: String) -> String? {
      FileManager.default.contents(atPath: path + "/" + name).map { String(decoding: $0, as: UTF8.self) }
    }
  }

  static func run(
    _ hooks: Hooks, _ name: String, _ arguments: [String] = [], input: String = "", timeout: Interval = .minutes(5)
  ) async throws -> (ending: HookProcess.Ending, lines: [String]) {
    let process = HookProcess(
      program: hooks.path + "/" + name, arguments: arguments, folder: hooks.path, environment: ["PATH=/usr/bin:/bin"],
      input: Array(input.utf8), timeout: timeout)
    return try await ControlSocketTests.offPool {
      // As on the gateway's own threads: a hook that doesn't read must not end the process.
      signal(SIGPIPE, SIG_IGN)
      var lines: [String] = []
      return (process.run { lines.append($0) }, lines)
    }
  }

  @Test func itGetsItsArgumentsAsTheyAreAndTheInput() async throws {
    let hooks = try Hooks()
    try hooks.add("show", #"for a; do echo "[$a]"; done; cat; pwd; echo err >&2"#)
    let odd = ["$(reboot)", "; ls", "a b", "'\"", "*"]
    let got = try await Self.run(hooks, "show", odd, input: "{\"a\":1}\n")
    #expect(got.ending == .exit(0))
    #expect(got.lines == odd.map { "[\($0)]" } + ["{\"a\":1}", hooks.path, "err"])
  }

  @Test func itInheritsNothing() async throws {
    let hooks = try Hooks()
    let leak = open("/dev/null", O_RDONLY)
    defer { close(leak) }
    try hooks.add("look", "ls /proc/self/fd | wc -l; env | sort")
    let got = try await Self.run(hooks, "look")
    // 0, 1, 2 and what `ls` itself opens.
    #expect(got.lines.first.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) } ?? 99 <= 4, "\(got.lines)")
    #expect(
      Set(got.lines.dropFirst()).isSubset(of: [
        "PATH=/usr/bin:/bin", "PWD=\(hooks.path)", "OLDPWD=\(hooks.path)", "_=/usr/bin/env", "SHLVL=0",
      ]), "\(got.lines)")
  }

  @Test func timeLimitEndsItAndItsChildren() async throws {
    let hooks = try Hooks()
    try hooks.add("stay", "sleep 1000 & echo $! > child; trap '' TERM; sleep 1000 & wait; wait; sleep 1000")
    // Longer where the machine is too busy for it to have begun by then.
    var child: pid_t?
    for timeout in [300, 3000, 30_000] where child == nil {
      let got = try await Self.run(hooks, "stay", timeout: .milliseconds(Int64(timeout)))
      #expect(got.ending == .timeout)
      child = childOf(hooks)
    }
    try await #expect(ends(try #require(child)))
  }

  private func childOf(_ hooks: Hooks) -> pid_t? {
    hooks.contents("child").flatMap { pid_t($0.trimmingCharacters(in: .newlines)) }
  }

  /// A zombie until init reaps it: gone or dead, never at work.
  private func ends(_ pid: pid_t) async throws -> Bool {
    try await ControlSocketTests.offPool {
      let deadline = Date() + 300
      while isAtWork(pid), Date() < deadline { poll(nil, 0, 5) }
      return !isAtWork(pid)
    }
  }

  private func isAtWork(_ pid: pid_t) -> Bool {
    guard let status = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8) else { return false }
    return !status.contains(") Z ")
  }

  @Test func childLeftBehindIsEndedWithIt() async throws {
    let hooks = try Hooks()
    try hooks.add("leave", "sleep 1000 & echo $! > child; exit 3")
    // Long before its child would have slept enough: that would be a timeout.
    let got = try await Self.run(hooks, "leave")
    #expect(got.ending == .exit(3))
    try await #expect(ends(try #require(childOf(hooks))))
  }

  @Test func floodOfOutputIsBounded() async throws {
    let hooks = try Hooks()
    try hooks.add("flood", "head -c 5000 /dev/zero | tr '\\0' x; echo; seq 100000")
    let got = try await Self.run(hooks, "flood")
    #expect(got.ending == .exit(0))
    #expect(got.lines.count == HookProcess.lineLimit + 1)
    #expect(got.lines[0] == String(repeating: "x", count: HookProcess.lineLength) + "…")
    #expect(got.lines.last == "… \(100_001 - HookProcess.lineLimit) more lines")
  }

  @Test func oneThatDoesNotReadItsInputStillRuns() async throws {
    let hooks = try Hooks()
    try hooks.add("deaf", "exec <&-; echo done")
    let got = try await Self.run(hooks, "deaf", input: String(repeating: "x", count: 1 << 20))
    #expect(got.ending == .exit(0) && got.lines == ["done"])
  }

  @Test func whatMayNotBeStartedIsToldWithTheRemedy() throws {
    let hooks = try Hooks()
    try hooks.add("good", "exit 0")
    try hooks.add("plain", "exit 0", mode: 0o644)
    try hooks.add("open", "exit 0", mode: 0o777)
    try FileManager.default.createDirectory(atPath: hooks.path + "/folder", withIntermediateDirectories: false)
    let folder = HookFolder(path: hooks.path)
    #expect(try folder.program("good") == hooks.path + "/good")
    for (name, why) in [
      ("plain", "not executable"), ("open", "everybody can write it"), ("folder", "not a regular file"),
      ("none", "no such hook"), ("../good", "no hook's name"), (".good", "no hook's name"), ("", "no hook's name"),
    ] {
      #expect { try folder.program(name) } throws: { ($0 as? HookFolder.Refusal)?.description == why }
    }
  }
}

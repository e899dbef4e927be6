import Foundation
import Testing

@testable import Inputs

/// Real recordings, from outside of the project: `WAYPOST_TEST_DATA`, else `../shared/data` beside the package.
enum RecordedDrives {
  static let root: URL = {
    if let path = ProcessInfo.processInfo.environment["WAYPOST_TEST_DATA"] { return URL(fileURLWithPath: path) }
    return URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("../shared/data").standardizedFileURL
  }()

  static let isThere = ["gps", "tracks"].allSatisfy {
    FileManager.default.fileExists(atPath: root.appendingPathComponent($0).path)
  }

  /// Names within `folder` that end so, sorted.
  static func names(_ folder: String, ending: [String]) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)
        .filter { name in ending.contains { name.hasSuffix($0) } }.sorted()
    } catch { return [] }
  }

  static func bytes(_ path: String) throws -> [UInt8] { try Array(Data(contentsOf: root.appendingPathComponent(path))) }

  static func track(_ path: String) throws -> Track {
    try TrackReader.read(bytes(path), file: path, device: "gps")
  }
}

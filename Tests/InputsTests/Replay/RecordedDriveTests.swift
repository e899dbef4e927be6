import Foundation
import Model
import Testing

@testable import Inputs

@Suite(.enabled(if: RecordedDrives.isThere, "no test data")) struct RecordedDriveTests {
  @Test func probe() throws {
    for name in RecordedDrives.names("gps", ending: [".log", ".chk"]) {
      do {
        let t = try RecordedDrives.track("gps/\(name)")
        let epochs = Set(t.positions.map { $0.time }).count
        let reasons = Dictionary(grouping: t.issues.first, by: \.reason).mapValues(\.count)
        print("PROBE", name, t.format, t.positions.count, epochs, t.points.count - t.positions.count, t.duration.seconds, t.issues.count, reasons, t.positions.first!.time?.description ?? "-", t.positions.last!.time?.description ?? "-", t.positions.filter { $0.hdop != nil }.count, t.positions.filter { $0.accuracy != nil }.count, t.positions.filter { $0.mode == .threeD }.count)
      } catch { print("PROBE", name, error) }
    }
    for name in RecordedDrives.names("tracks", ending: [""]) {
      do {
        let t = try RecordedDrives.track("tracks/\(name)")
        print("PROBE", name, t.format, t.positions.count, t.points.count - t.positions.count, t.duration.seconds, t.issues.count, t.issues.first.prefix(3), t.positions.first!.time?.description ?? "-", t.positions.last!)
      } catch { print("PROBE", name, error) }
    }
  }
}

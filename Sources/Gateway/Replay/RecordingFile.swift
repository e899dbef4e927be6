import Glibc
import Journal

/// A recording's file, as `waypost record export` saves it.
public enum RecordingFile {
  /// True when it can be read to its end mark.
  public static func isWhole(path: String) throws -> Bool {
    let reader = try RecordingReader(path: path)
    while try reader.next() != nil {}
    return reader.ending == .complete
  }

  /// True when the file begins as a recording does; false also for one that can't be read, whose reader will say why.
  static func isRecording(path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8)
    let count = read(descriptor, &bytes, bytes.count)
    return count > 0 && RecordingReader.isRecording(bytes.prefix(count))
  }
}

import Config
import Glibc
import Logging
import Model

/// The thin shell around what is due when: waits on the monotonic clock and hands over.
struct Playback {
  let device: String
  let sink: any ObservationSink

  /// How long until a file that can't be read is tried again.
  private static let pause = Duration.seconds(5)

  /// Reads the track, again and again until it is there; `nil` when the task was cancelled first. That it isn't there is told once,
  /// as of any device.
  func track(at path: String, label: String) async -> Track? {
    var log = Logger(label: label)
    log[metadataKey: "device"] = .string(device)
    var told: String?
    while !Task.isCancelled {
      let (reason, text): (String, String)
      do {
        let file = try SourceFile.read(path: path, limit: TrackReader.byteLimit)
        let track = try TrackReader.read(file.bytes, file: path, device: device)
        log.info(
          "track read",
          metadata: [
            "file": .string(path), "format": .string(track.format.rawValue),
            "points": .stringConvertible(track.points.count),
            "passed_over": .stringConvertible(track.issues.count),
          ])
        return track
      } catch let error as TrackError {
        (reason, text) = ("unreadable", error.description)
      } catch let error as Diagnostic {
        (reason, text) = ("missing", error.message)
      } catch {
        (reason, text) = ("missing", "\(error)")
      }
      if told != text {
        log.warning("track not readable, trying again", metadata: ["file": .string(path), "reason": .string(text)])
        if told == nil { sink.submit(.now(.device(name: device, isUp: false, reason: reason))) }
        told = text
      }
      guard await Self.wait(until: .now + Self.pause) else { return nil }
    }
    return nil
  }

  /// Hands over each point when it is due, at once when it is late, until there are no more or the task is cancelled.
  func run(_ next: () -> TrackPoint?) async {
    sink.submit(.now(.device(name: device, isUp: true, reason: nil)))
    let start = ContinuousClock.now
    while let point = next() {
      guard await Self.wait(until: start + point.offset.duration) else { return }
      sink.submit(.now(point.content))
    }
    // As of a receiver that was switched off.
    sink.submit(.now(.positionLost(device: device)))
    sink.submit(.now(.device(name: device, isUp: false, reason: "end")))
  }

  /// False when the task was cancelled.
  private static func wait(until moment: ContinuousClock.Instant) async -> Bool {
    do {
      try await Task.sleep(until: moment, clock: .continuous)
      return true
    } catch {
      return false
    }
  }

  /// The wall clock, for the dates of a receiver that has no time of its own.
  static var wallClock: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// A path of a device file: beside that file unless it is absolute.
  static func path(_ text: String, beside file: String) -> String {
    guard !text.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return text }
    return file[...slash] + text
  }
}

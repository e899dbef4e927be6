import Glibc

/// Why a line to a device can't be had, or is lost.
struct LineFailure: Error, Hashable, Sendable {
  /// As it stands in an observation of the device: `missing`, `no_rights`, `busy`, `not_serial`, `unsupported`, `unplugged`,
  /// `blocked`; of a connection over TCP `refused`, `timeout`, `unreachable`, `closed`, `unknown_host`; else `error`.
  var reason: String
  /// What a person can do about it.
  var remedy: String?

  init(_ reason: String, remedy: String? = nil) {
    self.reason = reason
    self.remedy = remedy
  }

  init(_ failure: StreamSocket.Failure) { self.init(failure.reason) }

  /// Opening or setting the port failed with that errno(3).
  static func opening(_ path: String, code: Int32) -> LineFailure {
    switch code {
    case ENOENT, ENXIO, ENODEV, EIO, ENOTDIR:
      LineFailure("missing", remedy: "is it plugged in? `ls -l /dev/serial/by-id` shows the adapters that are")
    case EACCES:
      LineFailure(
        "no_rights",
        remedy:
          "the gateway's user must be in the group that `ls -lL \(path)` shows, mostly dialout: `usermod -aG dialout waypost`"
      )
    case EPERM:
      LineFailure(
        "no_rights",
        remedy: "the service's sandbox doesn't let it: add `DeviceAllow=\(path) rw` by `systemctl edit waypost`")
    case EBUSY, EWOULDBLOCK:
      LineFailure(
        "busy",
        remedy: "another program has it open, as gpsd, ModemManager or a login shell: `fuser -v \(path)` names it")
    case ENOTTY:
      LineFailure("not_serial", remedy: "that is no serial port; `ls -l /dev/serial/by-id` shows those of adapters")
    default: LineFailure("error", remedy: String(cString: strerror(code)))
    }
  }
}

/// This boot of the machine.
enum Boot {
  /// The kernel's id of this boot (random(4)), or an empty string where /proc is not there.
  static var id: String {
    switch SmallFile.read("/proc/sys/kernel/random/boot_id") {
    case .success(let text): text
    case .failure: ""
    }
  }
}

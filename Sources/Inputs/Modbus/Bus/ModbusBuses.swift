import Synchronization

/// The buses of this process, by what their devices have in common: a port has one thread, and a host's port one connection, however
/// many devices are behind it.
enum ModbusBuses {
  private static let buses = Mutex<[String: ModbusBus]>([:])

  /// One stays when it has no devices: a few hundred bytes, for as many as there ever were in the configuration.
  static func bus(named name: String) throws(DeviceThread.Failure) -> ModbusBus {
    let found = buses.withLock { buses -> Result<ModbusBus, DeviceThread.Failure> in
      if let bus = buses[name] { return .success(bus) }
      do throws(DeviceThread.Failure) {
        let bus = try ModbusBus()
        buses[name] = bus
        return .success(bus)
      } catch {
        return .failure(error)
      }
    }
    return try found.get()
  }
}

/// The drivers that there are. A new one is a folder of its own and a line here.
public enum Drivers {
  public static let all: [any Driver.Type] = [
    GPSDDriver.self,
    ModbusDriver.self,
    NMEADriver.self,
    ReplayDriver.self,
    SerialDriver.self,
    SimulatorDriver.self,
  ]

  static func named(_ name: String) -> (any Driver.Type)? { all.first { $0.name == name } }
}

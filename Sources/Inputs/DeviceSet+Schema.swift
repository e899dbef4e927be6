public import Config

extension DeviceSet {
  /// What a file of `devices.d` may hold.
  public static var schema: Schema {
    .object([
      .init("devices", .table(names: .identifiers, device), "What is connected, by names of your choice")
    ])
  }

  private static var device: Schema {
    .either(
      Drivers.all.map { driver in
        .object([.init("driver", .choice([driver.name]), isRequired: true, "The code that talks to it")] + driver.keys)
      })
  }
}

import Model
import Testing

@testable import Gateway

@Suite struct MachineIdentityTests {
  /// Reference: `printf 'waypost gateway id' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef`
  @Test func theDefaultIdIsAKeyedHashOfTheMachineId() {
    #expect(
      MachineIdentity.defaultGatewayID(machineID: "0123456789abcdef0123456789abcdef") == "waypost-a7f7f55b5212")
  }

  @Test func theDefaultIdIsAValidName() {
    #expect(Names.isLabel(MachineIdentity.defaultGatewayID(machineID: "")))
  }
}

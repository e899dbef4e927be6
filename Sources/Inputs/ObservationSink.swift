/// Where inputs put what they read: the gateway's bounded inbox, or a list in a test.
///
/// A conformance must be safe from any thread and must never block, wait or throw: drivers call it from threads on which they
/// also keep a device's timing. The arrivals of one thread must be kept in the order in which they were submitted.
public protocol ObservationSink: Sendable {
  /// Hands the arrival over. `false`: the inbox was full, the arrival is refused and counted by the sink; an input carries on
  /// with the next and never tries the same one again, since what is newest matters most.
  @discardableResult func submit(_ arrival: Arrival) -> Bool
}

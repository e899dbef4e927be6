public import Model

/// What the engine decided; nothing of it is carried out before it is committed.
public enum Effect: Hashable, Sendable {
  /// To be kept in the journal and delivered.
  case record(Record)
}

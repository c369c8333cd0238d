package imserver.message;

/** What has become of a message of another system. */
public enum ImportOutcome {
  /** It is stored. */
  IMPORTED,
  /** It was imported before. */
  PRESENT,
  /** Another message of its sender was imported with its id. */
  REUSED_ID,
  /** Its conversation has a message that was sent later. */
  OUT_OF_ORDER,
  /** Its sender was erased, or is being erased. */
  ERASED_SENDER
}

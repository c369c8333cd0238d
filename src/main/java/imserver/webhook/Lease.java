package imserver.webhook;

/**
 * That this server alone tells the events of a conversation, until it says that it is done, or a
 * minute is over.
 *
 * @param id drawn for this lease
 * @param low of the two users the smaller id
 * @param high the other id
 * @param lastEventId what was written last when the lease began
 * @param attempts how often the first event was tried in vain
 */
record Lease(long id, long low, long high, long lastEventId, int attempts) {}

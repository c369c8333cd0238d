package imserver.message;

/**
 * The message that is stored under the key of a {@link Draft}.
 *
 * @param messageId its id
 * @param same whether it says the same as the draft to the same recipient, with the same headline:
 *     then the draft is a retry. The timestamp does not count
 */
record Earlier(long messageId, boolean same) {}

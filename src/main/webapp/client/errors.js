/** What send() and REST reject with. */

/**
 * Why a message was not sent. `code` is one of the protocol's (CONTENT_TOO_LONG, …), or
 *   NO_ANSWER      no answer to any attempt: it may be stored or not. Send it again with its clientMessageId.
 *   NOT_CONNECTED  the client is closed and will not connect by itself
 *   OUTBOX_FULL    1000 messages are waiting already
 *   ID_TAKEN       another message has this clientMessageId
 *   NO_FILES       it has files, and the server takes none
 *   FILE_LOST      a file of it was lost with the page in which it was chosen
 *   FILE_REFUSED   the server takes a file of it not, and does not say why
 *   CANCELLED      by cancel()
 */
export class SendError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {boolean} retryable whether the same message may succeed later
   * @param {string} clientMessageId
   */
  constructor(code, message, retryable, clientMessageId) {
    super(message);
    this.name = "SendError";
    this.code = code;
    this.retryable = retryable;
    this.clientMessageId = clientMessageId;
  }
}

/**
 * Why a request failed. `status` is 0 where there was no answer, with the `code` "NETWORK", and where the answer would not
 * be for this user, with the `code` "OTHER_USER": the credential function has returned another user's.
 */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} title
   * @param {string} detail
   * @param {string} code the protocol's failure code; "" where the answer has none
   * @param {number | null} [retryAfter] seconds after which to try again, where the server says so
   */
  constructor(status, title, detail, code, retryAfter = null) {
    super(detail || title);
    this.name = "ApiError";
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

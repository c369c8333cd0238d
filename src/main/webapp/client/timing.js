/** How long the client waits, how often it tries again, and how much it asks for. */

/**
 * All in milliseconds but where it says otherwise.
 * @typedef {object} Timing
 * @property {number} answerAfter 6000: no answer for this long is no answer
 * @property {number} retries 3: how often the same packet is sent again before the message has failed
 * @property {number} giveUpAfter 86400000, a day: a message that is not acknowledged this long after send() has failed,
 *   whatever the connection did. Retries do not count while there is no connection, so this is the bound then.
 * @property {number} cuts 10: a message has failed when the connection broke this often while its answer was awaited;
 *   it may be what breaks it
 * @property {number} backoff 500: the n-th attempt to connect again waits a random time below backoff * 2^n
 * @property {number} backoffCap 30000: but never longer than this
 * @property {number} stableAfter 5000: a connection that lived this long starts the back-off anew
 * @property {number} connectWithin 15000: a handshake that takes longer is given up
 * @property {number} readAckAfter 100: read-acks are gathered for this long
 * @property {number} readsPerSecond 900: ids in read-acks a second at most, below what the server allows
 *   (IMSERVER_READ_RATE, 1000)
 * @property {number} readBurst 4000: unless there were fewer before; the server allows 5000
 * @property {number} quietAfter 2000: after a connect, when nothing came for this long the server has pushed what it will
 * @property {number} holdWithin 30000: after a connect, incoming messages wait for older ones; where none of these came for
 *   this long, those that wait are shown, and the older ones when they come. Where the server cannot answer that, it is asked
 *   again after this long.
 * @property {number} requestsPerSecond 10: requests a second for messages that the server did not push, after 60 at once; below
 *   what the server allows (IMSERVER_REQUEST_RATE, 50 and 250 at once, of which a long page takes several)
 * @property {number} perSecond 15: messages a second at most, below what the server allows (IMSERVER_RATE, 20)
 * @property {number} burst 50: unless there were fewer before; the server allows 100
 * @property {number} inFlight 8: messages that await their answer at the same time, to different recipients
 */

/** @type {Readonly<Timing>} */
export const TIMING = Object.freeze({
  answerAfter: 6000,
  retries: 3,
  giveUpAfter: 24 * 60 * 60 * 1000,
  cuts: 10,
  backoff: 500,
  backoffCap: 30_000,
  stableAfter: 5000,
  connectWithin: 15_000,
  readAckAfter: 100,
  readsPerSecond: 900,
  readBurst: 4000,
  quietAfter: 2000,
  holdWithin: 30_000,
  requestsPerSecond: 10,
  perSecond: 15,
  burst: 50,
  inFlight: 8,
});

/** What has come in on one connection, until nothing is missing any more. */

import { now } from "./clock.js";

/** @import { MessageDetail } from "./types.js" */

/**
 * What has come in on one connection, until nothing is missing any more.
 * @typedef {object} Round
 * @property {boolean} over the connection is gone
 * @property {Set<number>} ids
 * @property {MessageDetail[]} held what is not shown yet, in the order in which it came
 * @property {boolean} full so much came that some of it was passed over, and is to be fetched
 * @property {number} heardAt milliseconds: when something came last
 * @property {number} upTo the newest message when REST was asked
 * @property {number} expected how many that are not newer than that are to come still
 * @property {boolean} live what comes in is shown at once: older ones have been waited for too long
 * @property {ReturnType<typeof setTimeout> | undefined} holdTimer until then
 * @property {Set<() => void>} waking ends what waits
 */

/** @returns {Round} */
export function newRound() {
  const waiting = { live: false, holdTimer: undefined, waking: new Set() };
  return { over: false, ids: new Set(), held: [], full: false, heardAt: now(), upTo: 0, expected: 0, ...waiting };
}

/** @param {Round} round */
export function wake(round) {
  for (const end of [...round.waking]) end();
}

/**
 * @param {number} milliseconds
 * @param {Round} round it ends with this, or when this is woken
 * @returns {Promise<void>}
 */
export function pause(milliseconds, round) {
  if (round.over) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      round.waking.delete(end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    round.waking.add(end);
  });
}

/**
 * The same, where nothing but the end of the round ends it early.
 * @param {number} time by the clock of now()
 * @param {Round} round
 */
export async function pauseUntil(time, round) {
  for (let rest = time - now(); rest > 0 && !round.over; rest = time - now()) await pause(rest, round);
}

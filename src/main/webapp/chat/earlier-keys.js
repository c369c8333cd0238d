/**
 * Where outgoing messages and drafts lay before they were kept by the id that the server gives: under what the page's first
 * token said of its user, or, where the page had none at first, under nothing, so that all users of the browser shared it.
 */

import { LocalOutbox } from "../client/local-outbox.js";
import { Drafts } from "./drafts.js";

/** More than any of them holds. */
const ALL = 10_000;

/**
 * Moves what is certainly this user's. What lies under nothing may be anybody's: it is removed, so that it is neither sent in
 * another's name nor shown to another, and a warning on the console says how much it was.
 *
 * @param {string} server
 * @param {string} owner what a token of this user says of the user; "" for none
 * @param {string} userKey where it belongs
 * @returns {number} how many messages that were never sent have been removed
 */
export function moveFromEarlierKeys(server, owner, userKey) {
  const nobodys = new LocalOutbox(`${server} `);
  const discarded = nobodys.claim(ALL);
  for (const { clientMessageId } of discarded) nobodys.remove(clientMessageId);
  if (discarded.length > 0) {
    console.warn(
      `im-chat: unsent messages that an earlier version kept in this browser were removed, since nobody knows whose they were: ${discarded.length}`,
    );
  }
  Drafts.move(`${server} `, null);
  if (owner !== "") moveFrom(`${server} ${owner}`, userKey);
  return discarded.length;
}

/**
 * @param {string} earlier
 * @param {string} userKey
 */
function moveFrom(earlier, userKey) {
  if (earlier === userKey) return;
  const from = new LocalOutbox(earlier);
  const to = new LocalOutbox(userKey);
  for (const entry of from.claim(ALL)) {
    to.put(entry);
    from.remove(entry.clientMessageId);
  }
  to.release(); // the client takes them over
  Drafts.move(earlier, userKey);
}

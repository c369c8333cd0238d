/**
 * Where outgoing messages and drafts lay before they were kept by the id that the server gives: under what the page's first
 * token said of its user, or, where the page had none at first, under nothing, so that all users of the browser shared it.
 */

import { LocalOutbox } from "../imserver-client.js";
import { Drafts } from "./drafts.js";

/** More than any of them holds. */
const ALL = 10_000;

/**
 * Moves what is certainly this user's. What lies under nothing may be anybody's: it is removed, so that it is not sent in
 * another's name.
 *
 * @param {string} server
 * @param {string} owner what a token of this user says of the user; "" for none
 * @param {string} userKey where it belongs
 */
export function moveFromEarlierKeys(server, owner, userKey) {
  const nobodys = new LocalOutbox(`${server} `);
  for (const { clientMessageId } of nobodys.claim(ALL)) nobodys.remove(clientMessageId);
  Drafts.move(`${server} `, null);
  const earlier = `${server} ${owner}`;
  if (owner === "" || earlier === userKey) return;
  const from = new LocalOutbox(earlier);
  const to = new LocalOutbox(userKey);
  for (const entry of from.claim(ALL)) {
    to.put(entry);
    from.remove(entry.clientMessageId);
  }
  to.release(); // the client takes them over
  Drafts.move(earlier, userKey);
}

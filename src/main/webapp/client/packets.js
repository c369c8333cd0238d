/** The packets of version 1 of the protocol (docs/PROTOCOL.md). */

import { parseJson, textOf } from "./json.js";

/** @import { StoredEntry } from "./types.js" */

/** What a client sends and gets as `type`. */
export const SEND = 0;
export const READ_ACK = 1;
export const SUCCESS = 0;
export const FAILURE = 1;
export const INCOMING = 2;

/**
 * A packet of the server, with ids as texts and Describe read.
 * @typedef {object} Packet
 * @property {string} fromId
 * @property {string} toId
 * @property {number} type
 * @property {string} content
 * @property {string} timestamp
 * @property {Record<string, unknown>} describe
 */

/**
 * @param {string} text
 * @returns {Packet | null} null for what is none
 */
export function parsePacket(text) {
  try {
    const { fromId, toId, type, content, timestamp, Describe } = parseJson(text);
    const describe = Describe ? JSON.parse(Describe) : {};
    return {
      fromId: textOf(fromId),
      toId: textOf(toId),
      type,
      content: textOf(content),
      timestamp: textOf(timestamp),
      describe,
    };
  } catch {
    return null;
  }
}

/** @param {StoredEntry} entry */
export function messagePacket({ toId, content, timestamp, clientMessageId }) {
  const Describe = JSON.stringify({ clientMessageId }); // by this the server knows a retry
  return JSON.stringify({ fromId: null, toId, type: SEND, content, timestamp, Describe }); // null: the user of the credential
}

/**
 * @param {string[]} messageIds
 * @param {string} timestamp by which a failure names it
 */
export function readAck(messageIds, timestamp) {
  const content = `[${messageIds.join()}]`;
  return JSON.stringify({ fromId: null, toId: 0, type: READ_ACK, content, timestamp, Describe: "" });
}

/** Is answered by a failure, which says whose the connection is: a read-ack that is none. */
export const WHO_AM_I = JSON.stringify({
  fromId: null,
  toId: 0,
  type: READ_ACK,
  content: "",
  timestamp: "who-am-i",
  Describe: "",
});

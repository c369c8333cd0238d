/** Speaks version 1 on a connection: packets, and the unread messages that the server pushes after each connect. */

import { Incoming } from "./incoming.js";
import { textOf } from "./json.js";
import { FAILURE, INCOMING, SUCCESS, messagePacket, parsePacket, readAck } from "./packets.js";

/** @import { ImApi } from "./api.js" */
/** @import { Packet } from "./packets.js" */
/** @import { SeenIds } from "./seen-ids.js" */
/** @import { Timing } from "./timing.js" */
/** @import { MessageDetail, StoredEntry } from "./types.js" */

/**
 * What became of something that was sent. It is named by its clientMessageId, or by its timestamp where that is all that the
 * server says.
 * @typedef {{clientMessageId: string | null, timestamp: string, messageId: string, time: string}} Acknowledgement
 * @typedef {{clientMessageId: string | null, timestamp: string, code: string, message: string, retryable: boolean}} Refusal
 */

/**
 * What a version tells the client.
 * @typedef {object} VersionListener
 * @property {(userId: string) => boolean} user whose the connection is; false where it is another's than it should be
 * @property {() => void} ready it is known whose the connection is
 * @property {() => void} heard the connection is alive
 * @property {(answer: Acknowledgement) => void} acknowledged
 * @property {(refusal: Refusal) => void} refused a message, or a read-ack, named by its timestamp
 * @property {(detail: MessageDetail) => void} show a message to this user, once
 * @property {(messageId: string) => void} readAlready it came again though it was read, so the server does not know that
 */

export class Version1 {
  #write;
  #listener;
  #incoming;

  /**
   * @param {(text: string) => boolean} write
   * @param {ImApi} api
   * @param {Timing} timing
   * @param {SeenIds} seenIds
   * @param {VersionListener} listener
   */
  constructor(write, api, timing, seenIds, listener) {
    this.#write = write;
    this.#listener = listener;
    this.#incoming = new Incoming(api, timing, seenIds, listener);
  }

  /** There is a connection, and it is this user's. */
  opened() {
    this.#incoming.opened();
  }

  lost() {
    this.#incoming.lost();
  }

  /**
   * @param {StoredEntry} entry
   * @returns {boolean} whether it was written
   */
  send(entry) {
    return this.#write(messagePacket(entry));
  }

  /**
   * @param {string[]} messageIds
   * @param {string} timestamp by which a failure names it
   * @returns {boolean} whether it was written
   */
  readAck(messageIds, timestamp) {
    return this.#write(readAck(messageIds, timestamp));
  }

  /** @param {string} text */
  received(text) {
    const packet = parsePacket(text);
    if (packet === null) return;
    this.#listener.heard();
    const { toId, type, timestamp, describe } = packet;
    // Every packet is addressed to the connected user.
    if (toId !== "" && toId !== "0") {
      if (!this.#listener.user(toId)) return;
      this.#listener.ready();
    }
    const clientMessageId = typeof describe.clientMessageId === "string" ? describe.clientMessageId : null;
    if (type === SUCCESS) {
      this.#listener.acknowledged({ clientMessageId, timestamp, messageId: textOf(describe.messageId), time: "" });
    } else if (type === FAILURE) {
      const [code, message] = [textOf(describe.code), textOf(describe.message)];
      this.#listener.refused({ clientMessageId, timestamp, code, message, retryable: describe.retryable === true });
    } else if (type === INCOMING) {
      this.#message(packet);
    }
  }

  /** @param {Packet} packet */
  #message({ fromId, toId, content, timestamp, describe }) {
    const messageId = textOf(describe.messageId);
    const userName = textOf(describe.userName) || fromId;
    this.#incoming.received({
      messageId,
      fromId,
      toId,
      content,
      timestamp,
      time: "",
      userName,
      headUrl: textOf(describe.headURL),
      attachments: [],
    });
  }
}

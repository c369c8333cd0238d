/**
 * The clients of one user in one browser, mostly one in each tab, show each other's messages that are not stored yet: each tells the
 * others what it holds, by what `share` of the store passes on. A message is held, and sent, by one client. Where the user
 * tries a failed one again in another tab, that one sends it, and who held it lets go. Where a client goes away, others claim what it
 * held from the store; what nobody tells of any more is shown no longer.
 *
 * Should two clients send the same message all the same, the server stores it once, by its clientMessageId.
 */

import { isStoredFile } from "./attachments.js";
import { now } from "./clock.js";
import { randomId } from "./ids.js";
import { MAX_OUTGOING } from "./outbox.js";

/** @import { Conversations } from "./conversations.js" */
/** @import { Outgoing } from "./outgoing.js" */
/** @import { OutboxStore, OutgoingDetail } from "./types.js" */

/**
 * What clients tell each other:
 *   "outgoing"  `details` of messages that `from` holds, or that it got stored
 *   "forget"    the user has discarded the message `clientMessageId` to `toId`
 *   "ask"       each is to tell what it holds
 *   "left"      `from` goes away
 * @typedef {{version: number, userId: string, from: string, op: string, details?: OutgoingDetail[], toId?: string, clientMessageId?: string}} Word
 */

const VERSION = 1; // of the words: a tab may have an earlier release of this library
const ASK_EVERY = 20_000; // ms, as long as another client holds something
/** Of whom nothing is heard for so long, that one has gone without a word; the lease of LocalOutbox is over before. */
const GONE_AFTER = 180_000; // ms
/** Of whom it is heard that it goes: others have claimed by then what it held. */
const CLAIMED_WITHIN = 2000; // ms

export class OtherTabs {
  #outgoing;
  #model;
  #claim;
  #from = randomId();
  #userId = "";
  /** @type {OutboxStore | null} */
  #store = null;
  /** @type {{tell: (word: object) => void, end: () => void} | null} */
  #channel = null;
  /** What others hold, by clientMessageId. @type {Map<string, {from: string, detail: OutgoingDetail, heardAt: number}>} */
  #theirs = new Map();
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #asking;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #clearing;

  /**
   * @param {Outgoing} outgoing
   * @param {Conversations} model
   * @param {() => void} claim takes over what nobody holds
   */
  constructor(outgoing, model, claim) {
    this.#outgoing = outgoing;
    this.#model = model;
    this.#claim = claim;
  }

  /**
   * Between connect() and close(), when it is known who the user is.
   * @param {OutboxStore | null} store
   * @param {string} userId
   */
  begin(store, userId) {
    if (this.#channel !== null) return;
    this.#store = store;
    this.#userId = userId;
    this.#channel = store?.share?.((word) => this.#heard(word)) ?? null;
    this.#tell({ op: "ask" });
    this.#tellAll();
    this.#watch();
  }

  end() {
    this.#tell({ op: "left" });
    this.#channel?.end();
    this.#channel = null;
    clearInterval(this.#asking);
    clearTimeout(this.#clearing);
    this.#asking = this.#clearing = undefined;
  }

  /** What others hold. @returns {OutgoingDetail[]} */
  list() {
    return [...this.#theirs.values()].map(({ detail }) => detail);
  }

  /** What has become of a message that this client holds. @param {OutgoingDetail} detail */
  outgoing(detail) {
    this.#theirs.delete(detail.clientMessageId);
    this.#tell({ op: "outgoing", details: [withoutBytes(detail)] });
  }

  /**
   * The user discards a message that has failed, whoever holds it.
   * @param {string} clientMessageId
   */
  forget(clientMessageId) {
    const { outbox } = this.#outgoing;
    const own = outbox.get(clientMessageId)?.entry;
    const { toId, state } = own ?? this.#theirs.get(clientMessageId)?.detail ?? {};
    if (state !== "failed") return;
    if (own) outbox.forget(clientMessageId);
    else this.#store?.remove(clientMessageId);
    this.#theirs.delete(clientMessageId);
    this.#tell({ op: "forget", toId, clientMessageId });
  }

  /**
   * A message that this client held is not to be sent any more.
   * @param {string} toId
   * @param {string} clientMessageId
   */
  dropped(toId, clientMessageId) {
    this.#tell({ op: "forget", toId, clientMessageId });
  }

  /** @param {unknown} heard */
  #heard(heard) {
    const word = /** @type {Word | null} */ (heard);
    if (word?.version !== VERSION || word.userId !== this.#userId || word.from === this.#from) return;
    if (word.op === "ask") this.#tellAll();
    else if (word.op === "outgoing" && Array.isArray(word.details))
      for (const detail of word.details.filter(isDetail)) this.#theirsIs(word.from, detail);
    else if (word.op === "forget") this.#forgotten(String(word.toId), String(word.clientMessageId));
    else if (word.op === "left") this.#left(word.from);
  }

  /**
   * @param {string} from
   * @param {OutgoingDetail} detail
   */
  #theirsIs(from, detail) {
    const { clientMessageId, state } = detail;
    if (state !== "failed") this.#outgoing.handOver(clientMessageId); // it is sent there now
    if (this.#outgoing.outbox.get(clientMessageId) !== undefined) return; // both send it, and each hears what becomes of it
    if (state === "sent") this.#theirs.delete(clientMessageId);
    else if (this.#theirs.size < MAX_OUTGOING || this.#theirs.has(clientMessageId))
      this.#theirs.set(clientMessageId, { from, detail, heardAt: now() });
    else return;
    this.#model.outgoing(detail);
    this.#watch();
  }

  /**
   * @param {string} toId
   * @param {string} clientMessageId
   */
  #forgotten(toId, clientMessageId) {
    this.#theirs.delete(clientMessageId);
    this.#outgoing.outbox.forget(clientMessageId);
    if (this.#outgoing.outbox.get(clientMessageId) === undefined) this.#model.dropped(toId, clientMessageId);
  }

  /** @param {string} from */
  #left(from) {
    for (const their of this.#theirs.values()) if (their.from === from) their.heardAt = -Infinity;
    this.#claim();
    clearTimeout(this.#clearing);
    this.#clearing = setTimeout(() => this.#dropLost(), CLAIMED_WITHIN);
  }

  #watch() {
    if (this.#channel === null || this.#theirs.size === 0) return;
    this.#asking ??= setInterval(() => this.#look(), ASK_EVERY);
  }

  #look() {
    this.#dropLost();
    if (this.#theirs.size === 0) {
      clearInterval(this.#asking);
      this.#asking = undefined;
      return;
    }
    this.#claim(); // of a client that has gone without a word
    this.#tell({ op: "ask" });
  }

  /** Shows no longer what nobody holds. */
  #dropLost() {
    for (const [clientMessageId, { detail, heardAt }] of this.#theirs) {
      if (now() - heardAt <= GONE_AFTER) continue;
      this.#theirs.delete(clientMessageId);
      this.#model.dropped(detail.toId, clientMessageId);
    }
  }

  #tellAll() {
    const details = this.#outgoing.outbox.list().map(withoutBytes);
    if (details.length > 0) this.#tell({ op: "outgoing", details });
  }

  /** @param {{op: string, details?: OutgoingDetail[], toId?: string, clientMessageId?: string}} word */
  #tell(word) {
    this.#channel?.tell({ version: VERSION, userId: this.#userId, from: this.#from, ...word });
  }
}

/**
 * A tab that tries it again has the files from the store.
 * @param {OutgoingDetail} detail
 * @returns {OutgoingDetail}
 */
function withoutBytes(detail) {
  if (detail.attachments === undefined) return detail;
  return {
    ...detail,
    attachments: detail.attachments.map((attachment) => ({ ...attachment, blob: null, progress: null })),
  };
}

/** @param {OutgoingDetail} detail */
function isDetail(detail) {
  const { clientMessageId, toId, content, timestamp, state, messageId, attachments = [] } = detail ?? {};
  if (!Array.isArray(attachments) || !attachments.every(isStoredFile)) return false;
  const areTexts = [clientMessageId, toId, content, timestamp].every((each) => typeof each === "string");
  return (
    areTexts && ["sending", "sent", "failed"].includes(state) && (state !== "sent" || typeof messageId === "string")
  );
}

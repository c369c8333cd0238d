/** Messages that come in: each once, in order. */

import { now, within } from "./clock.js";
import { ApiError } from "./errors.js";
import { CATCH_UP_TRIES, RestPacer } from "./rest-pacer.js";
import { newRound, pause, pauseUntil, wake } from "./round.js";
import { UnreadStreams } from "./unread-streams.js";

/** @import { ImApi } from "./api.js" */
/** @import { Round } from "./round.js" */
/** @import { SeenIds } from "./seen-ids.js" */
/** @import { Timing } from "./timing.js" */
/** @import { ConversationEntry, HistoryMessage, MessageDetail } from "./types.js" */

const MAX_HELD = 2000; // incoming messages that wait for older ones; what comes beyond is fetched by REST
const MAX_PAGE = 100; // messages or conversations in one answer of REST

/**
 * Shows incoming messages: each once, and those of one sender in order.
 *
 * The server pushes no more than so many unread messages after a connect (PROTOCOL.md, section 6), the oldest, and then what
 * arrives from then on; nothing marks where the one ends and the other begins. So nothing is shown until REST has said how
 * much is unread. Where so much has come, nothing is missing. Where it has not, and nothing comes any more, one that is
 * missing is looked for: what came and is older was pushed, what came and is newer is live, and all that is unread between
 * the two is fetched before the live ones are shown. Where that makes no progress for Timing.holdWithin, or REST cannot be
 * had for now, the live ones are shown first, and what is missing when it comes: REST is asked again each Timing.holdWithin.
 */
export class Incoming {
  static #WITHIN = 8000; // ms: REST that takes longer to say what is unread is not waited for; the server answers within 5000
  static #BEGINS_WITHIN = 30_000; // ms

  #api;
  #timing;
  #listener;
  #seenIds;
  /** What is not newer than this was shown, if it was unread. */
  #shownTo = 0;
  /** Whether something older than what was shown may be missing, since REST did not give it. */
  #incomplete = false;
  /** @type {Round | null} */
  #round = null;
  #pacer;
  #streams;

  /**
   * @param {ImApi} api
   * @param {Timing} timing
   * @param {SeenIds} seenIds
   * @param {{show: (detail: MessageDetail) => void, readAlready: (messageId: string) => void}} listener readAlready: it came
   *   again though it was read, so the server does not know that
   */
  constructor(api, timing, seenIds, listener) {
    this.#api = api;
    this.#timing = timing;
    this.#listener = listener;
    this.#seenIds = seenIds;
    this.#pacer = new RestPacer(timing.requestsPerSecond);
    this.#streams = new UnreadStreams(api, this.#pacer);
  }

  /** There is a connection. */
  opened() {
    this.lost();
    const round = newRound();
    this.#round = round;
    this.#progressed(round);
    this.#complete(round).finally(() => {
      clearTimeout(round.holdTimer);
      if (round.over) return;
      this.#round = null;
      this.#release(round, Infinity);
    });
  }

  /** The connection is gone. What was held comes again. */
  lost() {
    if (this.#round === null) return;
    this.#round.over = true;
    clearTimeout(this.#round.holdTimer);
    wake(this.#round);
    this.#round = null;
  }

  /** @param {MessageDetail} detail */
  received(detail) {
    const round = this.#round;
    if (round === null) return this.#show(detail);
    const id = Number(detail.messageId);
    round.heardAt = now();
    if (round.ids.has(id)) return;
    if (!round.live) {
      if (round.held.length >= MAX_HELD) round.full = true;
      if (round.full) return;
      round.held.push(detail);
    }
    round.ids.add(id);
    if (round.ids.size === 1) wake(round); // it has begun
    if (id <= round.upTo) {
      this.#progressed(round);
      if (--round.expected === 0) wake(round);
    }
    if (round.live) this.#show(detail);
  }

  /** @param {MessageDetail} detail */
  #show(detail) {
    const { messageId } = detail;
    if (!this.#incomplete) this.#shownTo = Math.max(this.#shownTo, Number(messageId));
    if (this.#seenIds.add(messageId)) this.#listener.show(detail);
    else if (this.#seenIds.isRead(messageId)) this.#listener.readAlready(messageId);
  }

  /**
   * @param {Round} round
   * @param {number} before shows what is held and older than that
   */
  #release(round, before) {
    const ready = round.held.filter(({ messageId }) => Number(messageId) < before);
    round.held = round.held.filter(({ messageId }) => !(Number(messageId) < before));
    ready.forEach((detail) => this.#show(detail));
  }

  /**
   * Something came that was waited for.
   * @param {Round} round
   */
  #progressed(round) {
    clearTimeout(round.holdTimer);
    if (round.over || round.live) return;
    round.holdTimer = setTimeout(() => this.#goLive(round), this.#timing.holdWithin);
  }

  /**
   * Holds nothing back any more.
   * @param {Round} round
   */
  #goLive(round) {
    round.live = true;
    this.#incomplete = true;
    this.#release(round, Infinity);
    wake(round);
  }

  /**
   * Finds and shows what the server did not push.
   * @param {Round} round
   */
  async #complete(round) {
    this.#incomplete = false;
    for (let tries = 0; !round.over; ) {
      try {
        await this.#expect(round);
        await this.#awaitPush(round);
        if (round.expected > 0 && !round.over) await this.#fillGap(round);
        if (round.over) return;
        if (!round.full) {
          this.#incomplete = false;
          return;
        }
        this.#release(round, Infinity);
        round.full = false;
      } catch (error) {
        const { status } = /** @type {{status?: number}} */ (error);
        if (status === 410 && ++tries <= CATCH_UP_TRIES) continue; // the list of conversations has to be read anew
        if (round.over || status === undefined || (status > 0 && status < 500)) break;
        this.#goLive(round); // nothing is held back while the server cannot answer
        await pauseUntil(now() + this.#timing.holdWithin, round);
      }
    }
    if (!round.over) this.#incomplete = true; // the next connect is to bring it
  }

  /**
   * Learns how much is to come.
   * @param {Round} round
   */
  async #expect(round) {
    const { conversations } = await this.#pacer.ask(round, () =>
      within(Incoming.#WITHIN, this.#api.conversations({ limit: 1 })),
    );
    const { total } = await this.#pacer.ask(round, () => within(Incoming.#WITHIN, this.#api.unread())); // the later, so that it counts all up to the newest
    round.upTo = Number(conversations[0]?.lastMessage.messageId ?? 0);
    round.expected = round.upTo > this.#shownTo ? total : 0;
    for (const id of round.ids) if (id <= round.upTo) round.expected--;
  }

  /**
   * Waits until so much has come, or nothing comes any more.
   * @param {Round} round
   */
  async #awaitPush(round) {
    const { quietAfter } = this.#timing;
    const begun = now();
    for (let rest = quietAfter; rest > 0 && round.expected > 0 && !round.over && !round.full && !round.live; ) {
      await pause(rest, round);
      // Before the first one the server may be waiting for its database.
      const limit = round.ids.size > 0 ? quietAfter : Incoming.#BEGINS_WITHIN;
      rest = Math.max(round.heardAt, begun) + limit - now();
    }
    if (round.ids.size === 0 && round.expected > 0 && !round.over)
      throw new ApiError(0, "No messages", "the server pushes nothing", "");
  }

  /**
   * Shows what is missing, if anything is, after what was pushed.
   * @param {Round} round
   */
  async #fillGap(round) {
    const unread = await this.#unread(round);
    const missing = round.over ? null : await this.#missing(round, unread);
    if (missing !== null && !round.over) await this.#fetchAround(round, missing, unread);
  }

  /**
   * The conversations with something unread that may not have been shown.
   * @param {Round} round
   * @returns {Promise<ConversationEntry[]>}
   */
  async #unread(round) {
    /** @type {ConversationEntry[]} */
    const found = [];
    let { total } = await this.#pacer.ask(round, () => this.#api.unread());
    let counted = 0;
    /** @type {string | undefined} */
    let cursor;
    while (counted < total) {
      const page = { limit: MAX_PAGE, cursor };
      const { conversations, next } = await this.#pacer.ask(round, () => this.#api.conversations(page));
      for (const entry of conversations) {
        if (Number(entry.lastMessage.messageId) <= this.#shownTo) return found; // and so are all that follow
        if (entry.unread > 0) found.push(entry);
        counted += entry.unread;
      }
      if (next === undefined) return found;
      cursor = next;
      if (counted >= total) total = (await this.#pacer.ask(round, () => this.#api.unread())).total; // some of them may have come since
    }
    return found;
  }

  /**
   * @param {Round} round
   * @param {ConversationEntry[]} unread
   * @returns {Promise<number | null>} an unread message that was not pushed, one of the newest; null where none is missing
   */
  async #missing(round, unread) {
    for (const { user, lastMessage, unread: count } of unread) {
      let before = String(Number(lastMessage.messageId) + 1);
      for (let passed = 0; passed < count; ) {
        const page = { before, limit: MAX_PAGE };
        const { messages, more } = await this.#pacer.ask(round, () => this.#api.messages(user.id, page));
        const ids = messages
          .filter(({ read, fromId }) => !read && fromId === user.id)
          .map(({ messageId }) => Number(messageId));
        // Not simply the newest: a live one may be about to arrive.
        const missing = ids.findLast((id) => id > this.#shownTo && !round.ids.has(id));
        if (missing !== undefined) return missing;
        if (round.over || !more || messages.length === 0 || ids.some((id) => id <= this.#shownTo)) break;
        passed += ids.length;
        before = /** @type {HistoryMessage} */ (messages.at(-1)).messageId;
      }
    }
    return null;
  }

  /**
   * Shows what was pushed, and then all that is unread after it.
   * @param {Round} round
   * @param {number} missing a message that was not pushed
   * @param {ConversationEntry[]} unread
   */
  async #fetchAround(round, missing, unread) {
    this.#release(round, missing);
    let start = this.#shownTo;
    for (const id of round.ids) if (id < missing) start = Math.max(start, id);
    const starts = unread
      .filter(({ lastMessage }) => Number(lastMessage.messageId) > start)
      .map(({ user }) => ({ user, after: start }));
    /** @param {MessageDetail[]} details */
    const show = (details) => {
      this.#progressed(round);
      details.forEach((detail) => this.#show(detail));
    };
    await this.#streams.read(round, starts, show, () => round.expected <= 0); // the push may only have paused, and have brought all
  }
}

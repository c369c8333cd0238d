/**
 * The event "message" on version 2, where the server pushes nothing that is older than the connection: what is unread of the
 * conversations that have changed is fetched by REST, and shown in the order of ids before live messages. Where it cannot be
 * had for now, live ones are shown first, and it is asked for again each Timing.holdWithin.
 */

import { now } from "./clock.js";
import { RestPacer } from "./rest-pacer.js";
import { newRound, pauseUntil, wake } from "./round.js";
import { UnreadStreams } from "./unread-streams.js";

/** @import { ImApi } from "./api.js" */
/** @import { Round } from "./round.js" */
/** @import { Timing } from "./timing.js" */
/** @import { MessageDetail, User } from "./types.js" */

const MAX_HELD = 2000; // live messages that wait for older ones; what comes beyond is fetched too

export class Backlog {
  #timing;
  #show;
  #streams;
  /** The conversations with something unread that may not have been shown, and from where on. @type {Map<string, {user: User, after: number}>} */
  #behind = new Map();
  /** The newest message of each conversation that was shown. @type {Map<string, number>} */
  #shownTo = new Map();
  /** Live messages that wait. @type {MessageDetail[]} */
  #held = [];
  #isHolding = false;
  /** What is being fetched. @type {Round | null} */
  #round = null;

  /**
   * @param {ImApi} api
   * @param {Timing} timing
   * @param {(detail: MessageDetail) => void} show
   */
  constructor(api, timing, show) {
    this.#timing = timing;
    this.#show = show;
    this.#streams = new UnreadStreams(api, new RestPacer(timing.requestsPerSecond));
  }

  /** From now on live messages wait until settled() was called. */
  hold() {
    this.#isHolding = true;
  }

  /** The connection is gone. */
  lost() {
    if (this.#round !== null) {
      this.#round.over = true;
      wake(this.#round);
      this.#round = null;
    }
    for (const detail of this.#held) this.#missedOne(detail);
    this.#held = [];
    this.#isHolding = true;
  }

  /** What was known is no longer true. */
  forget() {
    this.#behind.clear();
    this.#shownTo.clear();
    this.#held = [];
  }

  /**
   * A conversation has changed, and has unread messages.
   * @param {User} user
   * @param {string} readUpTo
   */
  missed(user, readUpTo) {
    if (this.#behind.has(user.id)) return;
    this.#behind.set(user.id, { user, after: Math.max(Number(readUpTo), this.#shownTo.get(user.id) ?? 0) });
  }

  /** All conversations that have changed are known. */
  settled() {
    this.#isHolding = false;
    if (this.#round === null) this.#fetch();
  }

  /** @param {MessageDetail} detail a message that came by itself */
  live(detail) {
    if (!this.#isHolding && (this.#round === null || this.#round.live)) return this.#display(detail);
    if (this.#held.length < MAX_HELD) this.#held.push(detail);
    else this.#missedOne(detail);
  }

  /** @param {MessageDetail} detail */
  #missedOne({ fromId, userName, headUrl, messageId }) {
    if (!this.#behind.has(fromId)) {
      this.#behind.set(fromId, { user: { id: fromId, name: userName, avatar: headUrl }, after: Number(messageId) - 1 });
    }
  }

  /** @param {MessageDetail} detail */
  #display(detail) {
    const { fromId, messageId } = detail;
    this.#shownTo.set(fromId, Math.max(this.#shownTo.get(fromId) ?? 0, Number(messageId)));
    this.#show(detail);
  }

  #release() {
    const ready = this.#held;
    this.#held = [];
    for (const detail of ready) this.#display(detail);
  }

  async #fetch() {
    const round = newRound();
    this.#round = round;
    while (this.#behind.size > 0 && !round.over) {
      const starts = this.#behind;
      this.#behind = new Map(); // what is missed meanwhile is fetched afterwards
      try {
        await this.#streams.read(
          round,
          [...starts.values()],
          (details) => this.#showAll(details, starts),
          () => false,
        );
        if (round.over) return this.#putBack(starts);
        if (!this.#isHolding) this.#release();
        round.live = false;
      } catch (error) {
        this.#putBack(starts);
        if (round.over) return;
        const { status } = /** @type {{status?: number}} */ (error);
        round.live = true; // nothing is held back while the server cannot answer
        if (!this.#isHolding) this.#release();
        if (status === undefined || (status > 0 && status < 500)) break; // it would be answered so again, until the next connect
        await pauseUntil(now() + this.#timing.holdWithin, round);
      }
    }
    if (round.over) return;
    this.#round = null;
    if (!this.#isHolding) this.#release();
  }

  /**
   * @param {MessageDetail[]} details
   * @param {Map<string, {user: User, after: number}>} starts
   */
  #showAll(details, starts) {
    for (const detail of details) {
      this.#display(detail);
      const start = starts.get(detail.fromId);
      if (start !== undefined) start.after = Number(detail.messageId);
    }
  }

  /** @param {Map<string, {user: User, after: number}>} starts */
  #putBack(starts) {
    for (const [id, start] of starts) this.#behind.set(id, start);
  }
}

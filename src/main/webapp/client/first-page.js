/**
 * The newest conversations, for a device that knows none: `sync` tells them by ascending changes, so that those which the user
 * looks at come last, and where there are hundreds, on a slow network, seconds later. One page of the list is asked for over REST
 * as soon as it is known who the user is, beside the connection, and shown until all changes are known.
 *
 * It has no number among the changes. So it tells only of conversations of which no change has told yet, and what a change
 * tells of them afterwards takes its place.
 */

import { fromHistory } from "./messages.js";

/** @import { ImApi } from "./api.js" */
/** @import { ModelBase } from "./model-base.js" */
/** @import { ConversationEntry } from "./types.js" */

export class FirstPage {
  #model;
  #api;
  /** Whether it is asked for, or not needed. */
  #isAsked = false;
  /** Counts what began anew, so that an answer to what was asked before has no effect. */
  #round = 0;

  /**
   * @param {ModelBase} model
   * @param {ImApi} api
   */
  constructor(model, api) {
    this.#model = model;
    this.#api = api;
  }

  /** Once, unless that failed. */
  async ask() {
    if (this.#isAsked) return;
    this.#isAsked = true;
    const round = this.#round;
    try {
      const { conversations } = await this.#api.conversations();
      if (round !== this.#round) return;
      for (const entry of conversations) this.#apply(entry);
      this.#model.changed(null);
    } catch {
      if (round === this.#round) this.#isAsked = false; // the next connect asks again
    }
  }

  /** The list of version 1 is asked for: that one has no changes which would tell more. */
  end() {
    this.#isAsked = true;
    this.#round++;
  }

  /** What was known is no longer true. */
  reset() {
    this.#isAsked = false;
    this.#round++;
  }

  /** @param {ConversationEntry} entry */
  #apply({ user, lastMessage, unread, ...flags }) {
    const conversation = this.#model.of(user.id, user);
    if (conversation.change > 0) return;
    conversation.setFlags(flags); // what is hidden is not in this list
    conversation.counted = unread;
    conversation.setLast(fromHistory(lastMessage, user.id));
  }
}

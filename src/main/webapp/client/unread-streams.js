/** The unread messages of several conversations by REST, together in the order of their ids. */

/** @import { ImApi } from "./api.js" */
/** @import { RestPacer } from "./rest-pacer.js" */
/** @import { Round } from "./round.js" */
/** @import { MessageDetail, User } from "./types.js" */

const MAX_PAGE = 100; // messages in one answer of REST
const AT_ONCE = 6; // requests under way at the same time

/** @typedef {{user: User, after: number, more: boolean, found: MessageDetail[]}} Stream */

export class UnreadStreams {
  #api;
  #pacer;

  /**
   * @param {ImApi} api
   * @param {RestPacer} pacer
   */
  constructor(api, pacer) {
    this.#api = api;
    this.#pacer = pacer;
  }

  /**
   * @param {Round} round
   * @param {{user: User, after: number}[]} starts the conversations, and the id after which what is unread is wanted
   * @param {(details: MessageDetail[]) => void} show is given the messages in order
   * @param {() => boolean} isEnough whether the rest is not needed after all
   */
  async read(round, starts, show, isEnough) {
    /** @type {Stream[]} */
    let streams = starts.map(({ user, after }) => ({ user, after, more: true, found: [] }));
    while (streams.length > 0) {
      const empty = streams.filter(({ more, found }) => more && found.length === 0);
      for (let i = 0; i < empty.length; i += AT_ONCE) {
        await Promise.all(empty.slice(i, i + AT_ONCE).map((stream) => this.#nextPart(round, stream)));
        if (round.over || isEnough()) return;
      }
      // Further on there may be older ones of another sender still to be fetched.
      const upTo = streams.reduce((least, { more, after }) => (more ? Math.min(least, after) : least), Infinity);
      const ready = streams.flatMap((stream) => stream.found.filter(({ messageId }) => Number(messageId) <= upTo));
      for (const stream of streams) stream.found = stream.found.filter(({ messageId }) => Number(messageId) > upTo);
      if (ready.length > 0) show(ready.sort((one, other) => Number(one.messageId) - Number(other.messageId)));
      streams = streams.filter(({ more, found }) => more || found.length > 0);
    }
  }

  /**
   * @param {Round} round
   * @param {Stream} stream
   */
  async #nextPart(round, stream) {
    const { user } = stream;
    const page = { after: String(stream.after), limit: MAX_PAGE };
    const { messages, more } = await this.#pacer.ask(round, () => this.#api.messages(user.id, page));
    stream.more = more && messages.length > 0;
    if (messages.length > 0) stream.after = Number(messages[0].messageId);
    for (const {
      read,
      fromId,
      toId,
      messageId,
      content,
      timestamp,
      time,
      recalled,
      attachments = [],
    } of messages.reverse()) {
      if (read || recalled || fromId !== user.id) continue;
      stream.found.push({
        messageId,
        fromId,
        toId,
        content,
        timestamp,
        time,
        userName: user.name,
        headUrl: user.avatar,
        attachments,
      });
    }
  }
}

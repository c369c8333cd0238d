import { LitElement, css, html, nothing } from "../lib/lit/lit-element.js";
import { repeat } from "../lib/lit/directives/repeat.js";
import { kindOf, objectUrl, previewOf } from "./files.js";
import { down } from "./icons.js";
import { HistoryWindow } from "./history-window.js";
import { loadViewer } from "./lazy.js";
import { copyText, menuItems } from "./message-actions.js";
import { messageRow, messageRowStyles, recalledRow } from "./message-row.js";
import { PressWatcher } from "./press-watcher.js";
import { ReadObserver } from "./read-observer.js";
import { base } from "./styles.js";
import { day, dayNumber, nameOf } from "./texts.js";

/** @import { PropertyValues } from "../lib/lit/lit-element.js" */
/** @import { Menu } from "./menu.js" */
/** @import { ChatStore } from "./chat-store.js" */
/** @import { Attachment, Conversation, Message } from "../imserver-client.js" */
/** @import { ReportDialog } from "./report-dialog.js" */
/** @import { Texts } from "./texts.js" */

/** Messages of one author closer than this stand together. */
const TOGETHER = 5 * 60_000; // ms
/** So near to the end, in pixels, counts as at the end. */
const AT_END = 40;

/**
 * The messages of one conversation.
 *
 * Only a window on the loaded history is in the page (see HistoryWindow), so that a long history costs no more than a short
 * one. Whatever comes in before or after it, the message that the user looks at stays where it is: its place is taken down
 * before each rendering and restored after it, the same way in every browser. Fires "say" with what is to be read out, and
 * "rewrite" with a text that is to be written anew.
 */
export class MessageList extends LitElement {
  static properties = {
    store: { attribute: false },
    conversation: { attribute: false },
    texts: { attribute: false },
    revision: { attribute: false },
    current: { state: true },
  };

  static styles = [
    base,
    messageRowStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
        background: var(--_canvas);
      }

      .scroller {
        flex: 1;
        min-height: 0;
        overflow: hidden auto;
        overflow-anchor: none;
        overscroll-behavior: contain;
      }

      ol {
        display: flex;
        flex-direction: column;
        justify-content: flex-end;
        min-height: 100%;
        padding: 0.5rem 0.75rem 0.75rem;
      }

      .note {
        padding: 0.75rem;
        color: var(--_quiet);
        font-size: 0.8125rem;
        text-align: center;
      }

      .day {
        margin: 0.9rem auto 0.2rem;
        padding: 0.1rem 0.75rem;
        border-radius: 99px;
        background: var(--_line);
        color: var(--_text);
        font-size: 0.75rem;
      }

      .new {
        display: flex;
        align-items: center;
        gap: 0.75rem;
        padding-top: 0.75rem;
        color: var(--_accent);
        font-size: 0.8125rem;
        font-weight: 600;
      }

      .new::before,
      .new::after {
        content: "";
        flex: 1;
        border-top: 1px solid;
      }

      /* Below the messages, so that it covers none. */
      .jump {
        display: flex;
        flex: none;
        align-items: center;
        justify-content: center;
        gap: 0.4rem;
        min-height: 2.25rem;
        padding: 0.1rem 1rem;
        border-top: 1px solid var(--_line);
        background: var(--_surface);
        color: var(--_accent);
        font-size: 0.875rem;
        font-weight: 600;
      }

      .jump svg {
        flex: none;
        width: 1.1rem;
        height: 1.1rem;
      }
    `,
  ];

  #window = new HistoryWindow();
  #observer = new ReadObserver((messages) => this.store.seen(this.conversation, messages));
  #resized = new ResizeObserver(() => this.#stayAtEnd());
  #atEnd = true;
  /** Whether the place to begin reading at is still to be scrolled to. */
  #opening = true;
  #wasLoadingOlder = false;
  /** Why messages could not be recalled, by their keys. @type {Map<string, string>} */
  #problems = new Map();
  #presses = new PressWatcher((bubble) => this.#openMenu(/** @type {HTMLElement} */ (bubble.closest(".row"))));

  constructor() {
    super();
    /** @type {ChatStore} */
    this.store;
    /** @type {Conversation} */
    this.conversation;
    /** @type {Texts} */
    this.texts;
    this.revision = 0;
    /** @type {string | null} the key of the message whose menu was in focus last */
    this.current = null;
  }

  get #scroller() {
    return /** @type {HTMLElement} */ (this.renderRoot.querySelector(".scroller"));
  }

  connectedCallback() {
    super.connectedCallback();
    this.#observer.connect();
    this.requestUpdate(); // what was watched before it was moved is to be watched again
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#observer.disconnect();
    this.#resized.disconnect();
  }

  /** @override */
  async focus() {
    await this.updateComplete;
    this.#scroller.focus();
  }

  /** Brings the newest message into view. */
  jumpToNewest() {
    this.#window.toEnd();
    this.#atEnd = true;
    this.requestUpdate();
  }

  /** A message has come in, and may be one that the user does not see at once. @param {Message} message */
  received(message) {
    const others = this.conversation.messages.some((m) => m.unread && m !== message);
    const seenAtOnce = this.#atEnd && this.#observer.isWatched;
    if (!seenAtOnce && !others) this.store.setFirstNew(this.conversation, message);
  }

  // ---- Rendering ----

  /** @param {PropertyValues} changed */
  willUpdate(changed) {
    if (changed.has("conversation")) {
      this.#window.toEnd();
      this.#observer.forget();
      this.#opening = true;
      this.#atEnd = true;
      this.#problems.clear();
      this.#reportDialog?.close();
      this.current = null;
    }
    const { messages, history, older } = this.conversation;
    const firstNew = this.store.firstNewOf(this.conversation);
    // At once, so that what has come in takes the place of the note above it, and nothing moves.
    if (this.#wasLoadingOlder && older === "loaded") {
      this.#window.fit(messages, this.#atEnd);
      this.#window.extendUp(messages);
    }
    this.#wasLoadingOlder = older === "loading";
    if (this.#opening && history === "loaded" && firstNew) this.#window.from(messages, firstNew);
    this.#window.fit(messages, this.#atEnd);
  }

  /** @param {PropertyValues} changed */
  update(changed) {
    const anchor = this.hasUpdated && !changed.has("conversation") ? this.#takeAnchor() : null;
    const focused = /** @type {HTMLElement | null} */ (/** @type {ShadowRoot} */ (this.renderRoot).activeElement);
    const key = /** @type {HTMLElement | null | undefined} */ (focused?.closest(".row"))?.dataset.key;
    super.update(changed);
    this.#restorePosition(anchor);
    if (focused && !focused.isConnected) this.#keepFocus(key);
  }

  /**
   * A button has gone with the focus, as that of a message that was recalled: to what has taken its place.
   *
   * @param {string | undefined} key of the message
   */
  #keepFocus(key) {
    const button = /** @type {HTMLElement | null | undefined} */ (this.#row(key)?.querySelector("button"));
    (button ?? this.#scroller).focus({ preventScroll: true });
  }

  render() {
    const { conversation, texts } = this;
    const { messages, history } = conversation;
    const { start, end } = this.#window;
    const unread = messages.reduce((count, message) => count + (message.unread ? 1 : 0), 0);
    return html`
      <div
        class="scroller"
        tabindex="0"
        role="log"
        aria-live="off"
        aria-label=${texts.messagesWith(nameOf(conversation.user, texts))}
        aria-busy=${String(history === "loading")}
        @scroll=${this.#scrolled}
        @keydown=${this.#keydown}
        @click=${this.#clicked}
        @focusin=${this.#focused}
        @pointerdown=${this.#presses}
        @contextmenu=${this.#presses}
      >
        <ol role="list">
          ${this.#beginning()} ${repeat(
            this.#entries(start, end),
            ({ key }) => key,
            ({ row }) => row(),
          )}
        </ol>
      </div>
      <button class="jump" ?hidden=${this.#atEnd} @click=${this.#jump}>${down}${texts.jumpToNewest(unread)}</button>
      <im-chat-menu></im-chat-menu>
      <im-chat-report .texts=${texts}></im-chat-report>
    `;
  }

  /** What stands above the first message. */
  #beginning() {
    const { conversation, texts } = this;
    if (conversation.history === "failed" || conversation.older === "failed") {
      return html`<li class="note">
        ${texts.loadFailed} <button class="text-button" @click=${this.#loadAgain}>${texts.tryAgain}</button>
      </li>`;
    }
    if (conversation.history !== "loaded" || conversation.older === "loading") {
      return html`<li class="note">${texts.loading}</li>`;
    }
    const atBeginning = !conversation.more && this.#window.start === 0;
    return atBeginning ? html`<li class="note">${texts.beginning(nameOf(conversation.user, texts))}</li>` : nothing;
  }

  /**
   * The messages of the window, with the marks between them.
   *
   * @param {number} start
   * @param {number} end
   */
  *#entries(start, end) {
    const { conversation, texts, store } = this;
    const { messages, user } = conversation;
    const firstNew = store.firstNewOf(conversation);
    const tabStop = this.#tabStop(start, end);
    let time = messages[start - 1]?.time ?? null;
    for (let i = start; i < end; i++) {
      const message = messages[i];
      const before = messages[i - 1];
      const at = message.time ?? time ?? Date.now(); // what is not stored yet has no time of the server
      const newDay = time === null || dayNumber(time) !== dayNumber(at);
      const soon = time !== null && at - time < TOGETHER;
      time = at;
      if (newDay) {
        yield { key: `day-${message.key}`, row: () => html`<li class="day">${day(at, texts)}</li>` };
      }
      if (message.key === firstNew) {
        yield { key: "new", row: () => html`<li class="new">${texts.newMessages}</li>` };
      }
      if (message.recalled) {
        const text = message.fromMe ? store.recalledText(message) : null;
        const rewrite = text === null ? null : () => this.dispatchEvent(new CustomEvent("rewrite", { detail: text }));
        yield { key: message.key, row: () => recalledRow(message, { user, texts, rewrite }) };
        continue;
      }
      const row = () =>
        messageRow(message, {
          author: message.fromMe ? texts.you : nameOf(user, texts),
          follows: !newDay && soon && before?.fromMe === message.fromMe && !before.recalled,
          isRead: conversation.isReadByThem(message),
          tabStop: message.key === tabStop,
          problem: this.#problems.get(message.key) ?? null,
          texts,
          files: {
            open: (attachment, from) => this.#view(attachment, from),
            addresses: store.addresses,
            follow: (attachment, event) => this.#follow(attachment, event),
            cancel: () => store.cancel(conversation, message),
          },
          retry: () => store.retry(conversation, message),
          discard: () => store.discard(conversation, message),
        });
      yield { key: message.key, row };
    }
  }

  // ---- The menu of a message ----

  /**
   * One tab stop for all menus, arrows between them.
   *
   * @param {number} start
   * @param {number} end
   */
  #tabStop(start, end) {
    const shown = this.conversation.messages.slice(start, end).filter(({ recalled }) => !recalled);
    return (shown.find(({ key }) => key === this.current) ?? shown.at(-1))?.key ?? null;
  }

  /** @param {Event} event */
  #focused({ target }) {
    const element = /** @type {Element} */ (target);
    if (element.matches(".more"))
      this.current = /** @type {HTMLElement} */ (element.closest(".row")).dataset.key ?? null;
  }

  /** @param {Event} event */
  #clicked({ target }) {
    const button = /** @type {Element} */ (target).closest(".more");
    if (button) this.#openMenu(/** @type {HTMLElement} */ (button.closest(".row")));
  }

  /** @param {HTMLElement} row */
  #openMenu(row) {
    const message = this.conversation.messages.find(({ key }) => key === row.dataset.key);
    const button = /** @type {HTMLElement | null} */ (row.querySelector(".more"));
    if (!message || message.recalled || !button) return; // it may have been recalled while the finger was down
    const { store, texts } = this;
    const items = menuItems(texts, {
      copy:
        message.content || message.title
          ? async () => this.#say((await copyText(message, this.renderRoot)) ? texts.copied : texts.copyFailed)
          : null,
      recall: store.canRecall(message) ? () => this.#recall(message) : null,
      report: store.canReport(message) ? () => this.#report(message, button) : null,
    });
    if (items.length > 0) /** @type {Menu} */ (this.renderRoot.querySelector("im-chat-menu")).open(items, button);
  }

  // ---- Files ----

  /**
   * Shows a picture in full, among all of the history that is loaded.
   *
   * @param {Attachment} attachment
   * @param {HTMLElement} from
   */
  async #view(attachment, from) {
    const { conversation, store, texts } = this;
    const { openViewer } = await loadViewer();
    const pictures = conversation.messages
      .flatMap(({ attachments }) => attachments)
      .filter((each) => kindOf(each) === "image" && !store.addresses.isGone(each));
    const shown = pictures.map((each) => ({
      ...{ name: each.name, width: each.width, height: each.height, preview: previewOf(each) },
      source: async () => (each.blob ? objectUrl(each.blob) : store.addressOf(each)),
    }));
    const index = Math.max(0, pictures.indexOf(attachment));
    openViewer({
      pictures: shown,
      index,
      texts,
      root: this.renderRoot,
      closed: () => from.focus({ preventScroll: true }),
    });
  }

  /**
   * A link to a file, whose address may be old.
   *
   * @param {Attachment} attachment
   * @param {Event} event
   */
  async #follow(attachment, event) {
    if (attachment.blob || attachment.goodUntil > Date.now()) return;
    event.preventDefault();
    const link = document.createElement("a");
    try {
      Object.assign(link, {
        href: await this.store.addressOf(attachment),
        download: attachment.name,
        target: "_blank",
        rel: "noopener noreferrer",
      });
      link.click();
    } catch {
      this.store.addresses.failed(attachment); // which says that it is gone
    }
  }

  /** @param {Message} message */
  async #recall(message) {
    const { store, texts } = this;
    this.#problems.delete(message.key);
    const code = await store.recall(message);
    if (code === null) this.#say(texts.youRecalled);
    else this.#problems.set(message.key, texts.recallFailures[code] ?? texts.recallFailed);
    this.requestUpdate();
  }

  /**
   * @param {Message} message
   * @param {HTMLElement} button
   */
  #report(message, button) {
    const { store, texts } = this;
    this.#reportDialog?.ask(button, async (reason, text) => {
      const code = await store.report(message, reason, text);
      if (code !== null) return texts.reportFailures[code] ?? texts.reportFailed;
      this.#say(texts.reported);
      return null;
    });
  }

  get #reportDialog() {
    return /** @type {ReportDialog | null} */ (this.renderRoot.querySelector("im-chat-report"));
  }

  /** @param {string} text */
  #say(text) {
    this.dispatchEvent(new CustomEvent("say", { detail: text, bubbles: true, composed: true }));
  }

  // ---- Scrolling ----

  /** The first message in view, and how far below the upper edge it is. */
  #takeAnchor() {
    if (this.#atEnd) return null;
    const edge = this.#scroller.getBoundingClientRect().top;
    for (const row of /** @type {NodeListOf<HTMLElement>} */ (this.renderRoot.querySelectorAll(".row"))) {
      const { top, bottom } = row.getBoundingClientRect();
      if (bottom > edge) return { key: row.dataset.key, top };
    }
    return null;
  }

  /** @param {{key: string | undefined, top: number} | null} anchor */
  #restorePosition(anchor) {
    const scroller = this.#scroller;
    const row = anchor && this.#row(anchor.key);
    if (this.#opening) {
      this.#opening = this.conversation.history === "loading" || this.conversation.history === "none";
      const mark = /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".new"));
      // In the upper third, so that what came before is there to be recognised.
      if (mark) scroller.scrollTop = mark.offsetTop - scroller.clientHeight / 3;
      else scroller.scrollTop = scroller.scrollHeight;
      this.#atEnd = this.#isAtEnd();
    } else if (row && anchor) {
      scroller.scrollTop += row.getBoundingClientRect().top - anchor.top;
    } else if (this.#atEnd) {
      scroller.scrollTop = scroller.scrollHeight;
    }
  }

  /** @param {string | undefined} key */
  #row(key) {
    const rows = /** @type {NodeListOf<HTMLElement>} */ (this.renderRoot.querySelectorAll(".row"));
    return [...rows].find((row) => row.dataset.key === key);
  }

  #isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    return this.#window.end === this.conversation.messages.length && scrollHeight - scrollTop - clientHeight < AT_END;
  }

  #stayAtEnd() {
    if (this.#atEnd) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#fillEdges();
  }

  #scrolled() {
    const atEnd = this.#isAtEnd();
    if (atEnd !== this.#atEnd) {
      this.#atEnd = atEnd;
      this.requestUpdate();
    }
    this.#fillEdges();
  }

  /** Sees to it that there is something to scroll to, both ways. */
  #fillEdges() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    if (clientHeight === 0 || this.#opening) return; // not shown now
    const { messages, older } = this.conversation;
    const isNear = (/** @type {number} */ distance) => distance < clientHeight * 1.5;
    if (isNear(scrollTop)) {
      if (this.#window.extendUp(messages)) this.requestUpdate();
      else if (older !== "failed") this.store.loadOlder(this.conversation);
    } else if (isNear(scrollHeight - scrollTop - clientHeight) && this.#window.extendDown(messages)) {
      this.requestUpdate();
    }
  }

  updated() {
    const rows = /** @type {NodeListOf<HTMLElement>} */ (this.renderRoot.querySelectorAll(".row"));
    const { messages } = this.conversation;
    this.#observer.watch(rows, messages.slice(this.#window.start, this.#window.end));
    this.#resized.observe(this.#scroller);
    this.#fillEdges();
    const atEnd = this.#isAtEnd();
    if (atEnd !== this.#atEnd && !this.#opening) this.#scrolled();
  }

  #jump() {
    this.jumpToNewest();
    this.focus();
  }

  #loadAgain() {
    if (this.conversation.history === "failed") this.store.open(this.conversation.user.id);
    else this.store.loadOlder(this.conversation);
    this.focus();
  }

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    const button = /** @type {Element} */ (event.target).closest(".more");
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (button && step !== undefined) {
      const buttons = /** @type {HTMLElement[]} */ ([...this.renderRoot.querySelectorAll(".more")]);
      event.preventDefault();
      buttons[buttons.indexOf(/** @type {HTMLElement} */ (button)) + step]?.focus();
    }
    if (event.key === "End" && event.target === this.#scroller) {
      event.preventDefault(); // the browser knows only the end of the window
      this.jumpToNewest();
    }
  }
}

/**
 * The web chat, as the element <im-chat>:
 *
 *     <script type="module" src="https://HOST/teaching/im-chat.js"></script>
 *     <im-chat token="…"></im-chat>
 *
 * | attribute    |                                                                                             |
 * | ------------ | ------------------------------------------------------------------------------------------- |
 * | `token`      | the user's token; set it again at any time, with a newer one or another user's              |
 * | `user`       | in its place, where the server runs in open mode: the user id                               |
 * | `server`     | the server's address up to its context root; from where this script came, unless given      |
 * | `with`       | opens the conversation with this user                                                       |
 * | `lang`       | `zh` or `en`, instead of the browser's language                                             |
 * | `max-length` | characters in a message; as many as the server takes, unless given                          |
 *
 * All are properties too (`maxLength`). The property `tokenProvider`, a function that returns a token or the promise of one,
 * is asked when a token has expired. Without it the event `renew` is fired, and the next `token` is waited for.
 * The event `unread` (`detail.count`) says how many messages the user has not read, 0 when nobody is signed in any more.
 * `clear()`, at the page's sign-out, ends the chat and removes what is kept in the browser of its user.
 * `open(userId)` opens a conversation and `close()` goes back to the list; the event `conversation` (`detail.userId`, null for the list; `detail.alone`, where the
 * list has no room beside it) says that one was opened or closed. With these a page can have the browser's back button lead
 * to the list: the element leaves the page's history alone.
 * The event `discarded` (`detail.count`) says how many unsent messages were removed that an earlier version of this chat had
 * kept in the browser for all users of the browser together: it is not known which user wrote them.
 * Colours are CSS custom properties (chat/styles.js); `color-scheme` chooses between dark and light.
 */

import { LitElement, css, html } from "./lib/lit/lit-element.js";
import { Alerts } from "./chat/alerts.js";
import { Banner } from "./chat/banner.js";
import { ChatStore } from "./chat/chat-store.js";
import { Composer } from "./chat/composer.js";
import { ConversationList } from "./chat/conversation-list.js";
import { ConversationView } from "./chat/conversation-view.js";
import { onNewDay } from "./chat/day-change.js";
import { moveFromEarlierKeys } from "./chat/earlier-keys.js";
import { forgetObjectUrls, lineOf } from "./chat/files.js";
import { speech } from "./chat/icons.js";
import { Menu } from "./chat/menu.js";
import { MessageList } from "./chat/message-list.js";
import { RecordButton } from "./chat/record-button.js";
import { ReportDialog } from "./chat/report-dialog.js";
import { base, colours } from "./chat/styles.js";
import { nameOf, textsFor } from "./chat/texts.js";
import { TokenSource, ownerOf } from "./chat/token-source.js";
import { Voice } from "./chat/voice.js";
import { ImClient, LocalOutbox } from "./imserver-client.js";

/** @import { PropertyValues } from "./lib/lit/lit-element.js" */
/** @import { Conversation, Message, User } from "./imserver-client.js" */

/** So much of a message is read out when it comes in. */
const READ_OUT = 200;
/** How long to wait for a frame at most: a page that is not shown has none, and some frames in a page have few. */
const NO_FRAME = 1000; // ms
const HIDDEN = 50; // ms
/** A cut that is over so soon is not spoken of; the banner appears as late. */
const SHORT_CUT = 2000; // ms
/** As the styles below have it. */
const ROOM_FOR_BOTH = 44; // rem
/** Close codes after which a new token is wanted. */
const NEED_TOKEN = [4401, 4403];
/** Before anybody is signed in. */
const IDLE = { state: "idle", code: null, retryAt: 0, problem: null };

export class ImChat extends LitElement {
  static properties = {
    token: {},
    tokenProvider: { attribute: false },
    user: {},
    server: {},
    with: {},
    lang: {},
    maxLength: { type: Number, attribute: "max-length" },
    revision: { state: true },
    announcement: { state: true },
    languages: { state: true },
  };

  static styles = [
    colours,
    base,
    css`
      :host {
        container: im-chat / inline-size;
        display: block;
        height: min(40rem, 100dvh);
        min-width: 0;
        overflow: hidden;
        background: var(--_surface);
        color: var(--_text);
        font: 1rem/1.5 var(--_font);
        text-align: start;
      }

      .chat {
        position: relative;
        display: flex;
        flex-direction: column;
        height: 100%;
      }

      .panes {
        display: grid;
        flex: 1;
        grid-template-columns: minmax(0, 1fr);
        grid-template-rows: minmax(0, 1fr);
        min-height: 0;
      }

      .nothing {
        display: grid;
        align-content: center;
        justify-items: center;
        gap: 0.75rem;
        background: var(--_canvas);
        color: var(--_quiet);
      }

      .nothing svg {
        width: 3.5rem;
        height: 3.5rem;
        stroke-width: 1.2;
      }

      @container im-chat (max-width: 43.99rem) {
        [data-pane="list"] > .panes > .conversation,
        [data-pane="conversation"] > .panes > im-chat-list {
          display: none;
        }
      }

      @container im-chat (min-width: 44rem) {
        .panes {
          grid-template-columns: minmax(17rem, 22rem) minmax(0, 1fr);
        }

        im-chat-list {
          border-inline-end: 1px solid var(--_line);
        }
      }
    `,
  ];

  /** @type {ChatStore | null} */
  #store = null;
  /** @type {TokenSource | null} */
  #tokens = null;
  /** Of the user who is signed in; null while it is not known who that is. @type {LocalOutbox | null} */
  #outbox = null;
  /** @type {Conversation | null} */
  #open = null;
  /** @type {User | null} whom to open when somebody is signed in */
  #wanted = null;
  #unread = -1;
  /** Since when a connection that was there is gone; 0: it is not. */
  #lostAt = 0;
  #refresh = () => {
    if (document.visibilityState === "visible") this.#store?.refresh();
  };
  #alerts = new Alerts((userId) => this.open(userId));
  #forgetDay = () => {};
  #languageChanged = () => {
    this.languages = navigator.languages;
  };

  constructor() {
    super();
    this.token = "";
    /** @type {(() => string | Promise<string>) | null} */
    this.tokenProvider = null;
    this.user = "";
    this.server = "";
    this.with = "";
    this.lang = "";
    /** @type {number | null} */
    this.maxLength = null;
    this.revision = 0;
    this.announcement = "";
    this.languages = navigator.languages;
  }

  connectedCallback() {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.#refresh);
    window.addEventListener("languagechange", this.#languageChanged);
    this.#forgetDay = onNewDay(() => this.revision++);
    if (this.hasUpdated && !this.#store) this.#signIn();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    document.removeEventListener("visibilitychange", this.#refresh);
    window.removeEventListener("languagechange", this.#languageChanged);
    this.#forgetDay();
    // Frameworks move elements about: what is back in the page at once has not left it.
    queueMicrotask(() => {
      if (!this.isConnected) this.#signOut();
    });
  }

  /**
   * @param {string | number} userId whose conversation to show
   * @param {{name?: string, avatar?: string}} [user] as the page knows the user; without a name the server is asked
   */
  open(userId, { name = "", avatar = "" } = {}) {
    this.#show({ id: String(userId), name, avatar });
  }

  /** Goes back to the list. */
  close() {
    if (this.#open) this.#back();
  }

  /**
   * Ends the chat, and removes what is kept in this browser of its user: messages that were not sent, the list of conversations,
   * drafts. For the page's sign-out: others may use the browser. A new `token` begins anew.
   */
  clear() {
    const store = this.#store;
    const outbox = this.#outbox;
    this.#alerts.clear();
    this.#signOut();
    this.#wanted = null;
    store?.drafts.clear();
    outbox?.clear();
  }

  // ---- Who is signed in ----

  /** @param {PropertyValues<ImChat>} changed */
  willUpdate(changed) {
    if (changed.has("token") && this.#tokens && ownerOf(this.token) === ownerOf(changed.get("token") ?? "")) {
      this.#tokens.replace(this.token);
      if (this.#store?.connection.state === "closed" && NEED_TOKEN.includes(this.#store.connection.code ?? 0)) {
        this.#store.client.connect();
      }
    } else if (["token", "user", "server"].some((name) => changed.has(/** @type {keyof ImChat} */ (name)))) {
      this.#wanted = this.with ? { id: this.with, name: "", avatar: "" } : null;
      this.#signIn();
    } else if (changed.has("tokenProvider") && this.tokenProvider && !this.#store) {
      this.#signIn();
    }
    if (changed.has("with") && this.with) this.open(this.with);
  }

  /** @param {string} token the first one to use */
  #signIn(token = this.token) {
    this.#signOut();
    if (!this.isConnected || !(this.token || this.user || this.tokenProvider)) return;
    const server = new URL(this.server || ".", this.server ? document.baseURI : import.meta.url).href.replace(
      /\/?$/,
      "/",
    );
    const usesToken = Boolean(this.token || this.tokenProvider);
    const tokens = new TokenSource(
      token,
      this.tokenProvider && (() => /** @type {() => string | Promise<string>} */ (this.tokenProvider)()),
      () => {
        this.revision++;
        this.dispatchEvent(new Event("renew"));
      },
      server,
    );
    this.#tokens = usesToken ? tokens : null;
    /** By what the server says, and not by what a token does. @type {(userId: string) => string} */
    const keyOf = (userId) => `${server} ${userId}`;
    const client = new ImClient({
      server,
      credential: usesToken ? () => tokens.next() : this.user,
      store: (userId) => {
        const key = keyOf(userId);
        const count = moveFromEarlierKeys(server, usesToken ? ownerOf(tokens.used) : "", key);
        if (count > 0) this.dispatchEvent(new CustomEvent("discarded", { detail: { count } }));
        const outbox = new LocalOutbox(key);
        if (client === this.#store?.client) this.#outbox = outbox;
        return outbox;
      },
    });
    const store = new ChatStore(client, keyOf);
    this.#store = store;
    // The page signs in another user by its tokenProvider alone: nothing of this one stays.
    client.addEventListener("otheruser", () => {
      if (store !== this.#store) return;
      this.#wanted = null;
      this.#signIn(tokens.used);
    });
    client.addEventListener("user", (event) =>
      this.#alerts.belongTo(keyOf(/** @type {CustomEvent} */ (event).detail.userId)),
    );
    store.addEventListener("change", () => this.#changed());
    store.addEventListener("received", (event) => this.#received(/** @type {CustomEvent} */ (event).detail));
    client.connect();
    if (this.#wanted) this.#show(this.#wanted);
  }

  #signOut() {
    if (this.#store) forgetObjectUrls();
    this.#store?.close();
    this.#alerts.end();
    this.#store = this.#tokens = this.#open = this.#outbox = null;
    this.#lostAt = 0;
    this.revision++;
    if (this.#unread > 0) this.#tellUnread(0);
  }

  // ---- What happens ----

  #changed() {
    const store = /** @type {ChatStore} */ (this.#store);
    this.revision++;
    if (store.connection.state === "waiting") {
      this.#lostAt ||= Date.now(); // the banner says so
    } else if (store.connection.state === "open" && this.#lostAt > 0) {
      if (Date.now() - this.#lostAt >= SHORT_CUT) this.announcement = this.#texts.connectionIsBack;
      this.#lostAt = 0;
    }
    if (store.unread !== this.#unread) this.#tellUnread(store.unread);
  }

  /** @param {number} count */
  #tellUnread(count) {
    this.#unread = count;
    this.dispatchEvent(new CustomEvent("unread", { detail: { count } }));
  }

  /** @param {{conversation: Conversation, message: Message}} detail */
  #received({ conversation, message }) {
    const t = this.#texts;
    const name = nameOf(conversation.user, t);
    const first = this.#store?.newestAtFirst ?? null;
    if (first !== null && Number(message.messageId) > first) this.#alerts.received(conversation, message, t);
    if (conversation === this.#open) {
      this.#view?.received(message);
      this.announcement = t.says(name, lineOf(message, t).slice(0, READ_OUT));
    } else {
      this.announcement = t.announceElsewhere(name);
    }
  }

  /** @param {User} user */
  #show(user) {
    this.#wanted = user;
    if (!this.#store) return;
    const opened = this.#store.conversation(user.id, user);
    const isOther = opened !== this.#open;
    this.#open = opened;
    this.revision++;
    this.#store.open(user.id);
    if (isOther) this.#tellConversation();
  }

  /** @param {CustomEvent<User>} event */
  async #chosen({ detail }) {
    this.#show(detail);
    await this.updateComplete;
    this.#view?.focus();
  }

  async #back() {
    this.#open = this.#wanted = null;
    this.revision++;
    this.#tellConversation();
    await this.updateComplete;
    this.#list?.focus();
  }

  #tellConversation() {
    const detail = { userId: this.#open?.user.id ?? null, alone: this.clientWidth < ROOM_FOR_BOTH * rootFontSize() };
    this.dispatchEvent(new CustomEvent("conversation", { detail }));
  }

  /** @param {KeyboardEvent} event */
  #keydown(event) {
    if (event.key === "Escape" && this.#open && !event.isComposing) {
      event.stopPropagation();
      this.#back();
    }
  }

  // ---- Rendering ----

  /** Once a frame, however much has come in. @override */
  async scheduleUpdate() {
    await nextFrame();
    super.scheduleUpdate();
  }

  get #texts() {
    return textsFor(this.lang ? [this.lang, ...this.languages] : this.languages);
  }

  get #view() {
    return /** @type {ConversationView | null} */ (this.renderRoot.querySelector("im-chat-conversation"));
  }

  get #list() {
    return /** @type {ConversationList | null} */ (this.renderRoot.querySelector("im-chat-list"));
  }

  render() {
    const t = this.#texts;
    const store = this.#store;
    const open = this.#open;
    return html`<section
      class="chat"
      lang=${t.tag}
      aria-label=${t.chat}
      data-pane=${open ? "conversation" : "list"}
      @keydown=${this.#keydown}
    >
      <im-chat-banner
        .connection=${store?.connection ?? IDLE}
        .waitsForToken=${this.#tokens?.isWaiting ?? false}
        .texts=${t}
        @reconnect=${() => store?.client.connect()}
      ></im-chat-banner>
      ${
        store
          ? html`<div class="panes">
            <im-chat-list
              .store=${store}
              .alerts=${this.#alerts}
              .texts=${t}
              .selected=${open?.user.id ?? null}
              .revision=${this.revision}
              @open=${this.#chosen}
            ></im-chat-list>
            ${
              open
                ? html`<im-chat-conversation
                  class="conversation"
                  .store=${store}
                  .conversation=${open}
                  .texts=${t}
                  .revision=${this.revision}
                  .maxLength=${this.maxLength || store.maxLength}
                  @back=${this.#back}
                  @say=${(/** @type {CustomEvent<string>} */ { detail }) => (this.announcement = detail)}
                ></im-chat-conversation>`
                : html`<div class="conversation nothing">${speech}<p>${t.chooseConversation}</p></div>`
            }
          </div>`
          : ""
      }
      <p class="visually-hidden" role="status">${this.announcement}</p>
    </section>`;
  }
}

/** What a rem is, in pixels: by that the list and the conversation find that they have no room beside each other. */
function rootFontSize() {
  return parseFloat(getComputedStyle(document.documentElement).fontSize);
}

/** @returns {Promise<void>} */
function nextFrame() {
  return new Promise((resolve) => {
    const timer = setTimeout(done, document.visibilityState === "hidden" ? HIDDEN : NO_FRAME);
    const frame = requestAnimationFrame(done);
    function done() {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      resolve();
    }
  });
}

// A page may load this script twice, or from two servers: the first one counts.
for (const [name, element] of Object.entries({
  "im-chat-banner": Banner,
  "im-chat-composer": Composer,
  "im-chat-menu": Menu,
  "im-chat-messages": MessageList,
  "im-chat-record": RecordButton,
  "im-chat-report": ReportDialog,
  "im-chat-voice": Voice,
  "im-chat-conversation": ConversationView,
  "im-chat-list": ConversationList,
  "im-chat": ImChat,
})) {
  if (!customElements.get(name)) customElements.define(name, element);
}

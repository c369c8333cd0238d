import { LitElement, css, html, nothing } from "../lib/lit/lit-element.js";
import { repeat } from "../lib/lit/directives/repeat.js";
import { avatarStyles } from "./avatar.js";
import { conversationRow, conversationRowStyles, personRow } from "./conversation-row.js";
import { bell, clear, search, write } from "./icons.js";
import { settingsItems, strangerItems } from "./list-menus.js";
import { base } from "./styles.js";
import { nameOf } from "./texts.js";
import { UserSearch, userIdIn } from "./user-search.js";

/** @import { Alerts } from "./alerts.js" */
/** @import { ChatStore } from "./chat-store.js" */
/** @import { Conversation, StrangerRule, User } from "../imserver-client.js" */
/** @import { Menu } from "./menu.js" */
/** @import { Texts } from "./texts.js" */

/** How long a press holds the list still, at most: not every end of one is told. */
const PRESS = 30_000; // ms
/** After a pointer was lifted: the click of a finger may come later. */
const CLICK = 400; // ms

/**
 * The list of conversations, and the search in it, which also finds people to begin a conversation with. Fires "open" with
 * a user.
 */
export class ConversationList extends LitElement {
  static properties = {
    store: { attribute: false },
    alerts: { attribute: false },
    texts: { attribute: false },
    selected: {},
    revision: { attribute: false },
    query: { state: true },
    problem: { state: true },
  };

  static styles = [
    base,
    avatarStyles,
    conversationRowStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        min-height: 0;
        background: var(--_surface);
      }

      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        padding: 0.5rem 0.5rem 0 1rem;
      }

      h2 {
        flex: 1;
        font-size: 1.125rem;
      }

      .search {
        position: relative;
        display: block;
        margin: 0.35rem 0.75rem 0.6rem;
        color: var(--_quiet);
      }

      .search > svg {
        position: absolute;
        inset: 0 auto 0 0.65rem;
        width: 1.1rem;
        height: 100%;
      }

      .search .icon-button {
        position: absolute;
        inset: 0 0 0 auto;
        width: 2.25rem;
        height: 100%;
        font-size: 0.8rem;
      }

      input {
        width: 100%;
        min-height: 2.4rem;
        padding: 0 2.25rem;
        border: 1px solid var(--_edge);
        border-radius: 99px;
        background: var(--_canvas);
        color: var(--_text);
      }

      input::placeholder {
        color: var(--_quiet);
        opacity: 1;
      }

      input:focus-visible {
        border-color: var(--_accent);
        outline-offset: -1px;
      }

      nav {
        flex: 1;
        min-height: 0;
        overflow-y: auto;
        overscroll-behavior: contain;
      }

      h3,
      .note {
        padding: 0.6rem 1rem;
        color: var(--_quiet);
        font-size: 0.875rem;
        font-weight: 400;
      }

      .empty {
        padding: 3rem 1.5rem;
        color: var(--_quiet);
        text-align: center;
      }

      .empty b {
        display: block;
        padding-bottom: 0.25rem;
        color: var(--_text);
      }
    `,
  ];

  #search = new UserSearch(() => this.requestUpdate());
  #moreWanted = new IntersectionObserver(([entry]) => {
    if (entry.isIntersecting) this.store.loadMoreConversations();
  });
  /** @type {Element | null} */
  #end = null;
  /** The user whose row was opened last: to there one comes back. @type {string | null} */
  #openedLast = null;
  /** While a row is pressed. @type {AbortController | null} */
  #press = null;
  /** Ends that at last. @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  constructor() {
    super();
    /** @type {ChatStore} */
    this.store;
    /** @type {Alerts} */
    this.alerts;
    /** @type {Texts} */
    this.texts;
    /** @type {string | null} the user whose conversation is open */
    this.selected = null;
    this.revision = 0;
    this.query = "";
    /** Why something could not be set. */
    this.problem = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.requestUpdate(); // where it was in a page before, and pressed
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#moreWanted.disconnect();
    this.#end = null;
    this.#endPress();
  }

  /** To the open conversation, or to the one that was open last, or to the search. @override */
  async focus() {
    await this.updateComplete;
    const item = /** @type {HTMLElement | null} */ (this.renderRoot.querySelector(".item[tabindex='0']"));
    (item ?? this.#input)?.focus();
  }

  get #input() {
    return /** @type {HTMLInputElement} */ (this.renderRoot.querySelector("input"));
  }

  /**
   * What others do waits while a row is pressed: where it moved meanwhile, the browser would make no click of the press.
   *
   * @param {Map<PropertyKey, unknown>} changed
   */
  shouldUpdate(changed) {
    return this.#press === null || [...changed.keys()].some((key) => key !== "revision");
  }

  /** @param {PointerEvent} down */
  #hold({ button, target }) {
    if (button !== 0 || !(/** @type {Element} */ (target).closest(".item"))) return;
    this.#endPress();
    this.#press = new AbortController();
    const { signal } = this.#press;
    for (const type of ["pointerup", "pointercancel", "contextmenu"])
      window.addEventListener(type, () => this.#releaseIn(CLICK), { signal });
    this.#releaseIn(PRESS);
  }

  /** @param {number} ms */
  #releaseIn(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#release(), ms);
  }

  #release() {
    this.#endPress();
    this.requestUpdate();
  }

  #endPress() {
    clearTimeout(this.#timer);
    this.#press?.abort();
    this.#press = null;
  }

  willUpdate() {
    this.#openedLast = this.selected ?? this.#openedLast;
  }

  render() {
    const t = this.texts;
    return html`
      <header>
        <h2>${t.conversations}</h2>
        <button
          class="icon-button"
          aria-haspopup="menu"
          aria-label=${t.alerts}
          title=${t.alerts}
          @click=${this.#chooseSettings}
        >
          ${bell}
        </button>
        <button class="icon-button" aria-label=${t.newConversation} title=${t.newConversation} @click=${this.#toSearch}>
          ${write}
        </button>
      </header>
      <search class="search">
        ${search}
        <input
          type="text"
          role="searchbox"
          aria-label=${t.search}
          placeholder=${t.search}
          maxlength="255"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          enterkeyhint="search"
          .value=${this.query}
          @input=${(/** @type {Event} */ event) => this.#ask(/** @type {HTMLInputElement} */ (event.target).value)}
          @keydown=${this.#searchKey}
        />
        <button class="icon-button" aria-label=${t.clearSearch} ?hidden=${this.query === ""} @click=${this.#toSearch}>
          ${clear}
        </button>
      </search>
      <p class="note" role="status" ?hidden=${this.problem === ""}>${this.problem}</p>
      <nav
        aria-label=${t.conversations}
        @keydown=${this.#listKey}
        @pointerdown=${this.#hold}
        @click=${this.#release}
      >
        ${this.query.trim() ? this.#results() : this.#list()}
      </nav>
      <im-chat-menu></im-chat-menu>
    `;
  }

  /** @param {Event} event */
  #chooseSettings({ currentTarget }) {
    const button = /** @type {HTMLElement} */ (currentTarget);
    const hasRules = this.store.client.features.has("settings");
    this.problem = "";
    this.#menu.open(
      settingsItems(this.texts, this.alerts, hasRules ? () => this.#chooseStrangers(button) : null),
      button,
    );
  }

  /** @param {HTMLElement} button */
  async #chooseStrangers(button) {
    const { api } = this.store.client;
    try {
      const { strangers = "open" } = await api.settings();
      /** @param {StrangerRule} rule */
      const set = (rule) => api.setSettings({ strangers: rule }).catch(() => (this.problem = this.texts.notSet));
      await this.#menu.open(strangerItems(this.texts, strangers, set), button);
    } catch {
      this.problem = this.texts.loadFailed;
    }
  }

  get #menu() {
    return /** @type {Menu} */ (this.renderRoot.querySelector("im-chat-menu"));
  }

  // ---- The list ----

  #list() {
    const { store, texts: t } = this;
    const all = store.conversations;
    if (all.length === 0 && store.list === "loaded") {
      return html`<p class="empty"><b>${t.noConversations}</b>${t.noConversationsHint}</p>`;
    }
    const apart = (/** @type {Conversation} */ { isStranger }) => isStranger && store.model.boundsStrangers;
    const strangers = all.filter(apart);
    const inList = (/** @type {string | null} */ id) => all.some(({ user }) => user.id === id);
    const tabStop = [this.selected, this.#openedLast].find(inList) ?? all[0]?.user.id;
    return html`
      ${this.#rows(
        all.filter((one) => !apart(one)),
        tabStop,
      )}
      ${strangers.length > 0 ? html`<h3>${t.strangers}</h3>` : nothing} ${this.#rows(strangers, tabStop)}
      ${
        store.list === "failed"
          ? html`<p class="note">
            ${t.loadFailed} <button class="text-button" @click=${() => store.loadMoreConversations()}>${t.tryAgain}</button>
          </p>`
          : html`<p class="note end" ?hidden=${store.list === "loaded" && !store.hasMoreConversations}>${t.loading}</p>`
      }
    `;
  }

  /**
   * @param {Conversation[]} conversations
   * @param {string | undefined} tabStop
   */
  #rows(conversations, tabStop) {
    return html`<ul role="list">
      ${repeat(
        conversations,
        ({ user }) => user.id,
        (conversation) => this.#conversation(conversation, conversation.user.id === tabStop),
      )}
    </ul>`;
  }

  /**
   * @param {Conversation} conversation
   * @param {boolean} tabStop
   */
  #conversation(conversation, tabStop) {
    const { store, texts } = this;
    const { user } = conversation;
    const isOpen = user.id === this.selected;
    const draft = isOpen ? "" : store.drafts.get(user.id);
    const isTyping = store.isTyping(conversation);
    return conversationRow(conversation, { isOpen, tabStop, draft, isTyping, texts, open: () => this.#open(user) });
  }

  updated() {
    const end = this.renderRoot.querySelector(".end:not([hidden])");
    // Observed anew each time: it may have stayed in view when a part came in.
    if (this.#end) this.#moreWanted.unobserve(this.#end);
    if (end && this.store.list === "loaded") this.#moreWanted.observe(end);
    this.#end = end;
  }

  // ---- The search ----

  #results() {
    const { store, texts: t } = this;
    const query = this.query.trim();
    const known = store.conversations.filter(({ user }) => matches(user, query, t));
    const people = this.#people(query, known);
    const count = known.length + people.length;
    return html`
      <ul role="list">
        ${repeat(
          known,
          ({ user }) => user.id,
          (conversation, index) => this.#conversation(conversation, index === 0),
        )}
      </ul>
      ${people.length > 0 ? html`<h3>${t.people}</h3>` : nothing}
      <ul role="list">
        ${repeat(
          people,
          ({ user }) => user.id,
          ({ user, label }, index) =>
            personRow(user, label, {
              tabStop: index === 0 && known.length === 0,
              texts: t,
              open: () => this.#open(user),
            }),
        )}
      </ul>
      ${
        this.#search.state === "searching"
          ? html`<p class="note">${t.loading}</p>`
          : this.#search.state === "failed" || this.#search.state === "busy"
            ? html`<p class="note">${this.#search.state === "busy" ? t.searchIsBusy : t.loadFailed}</p>`
            : this.#search.state === "off" && !userIdIn(query)
              ? html`<p class="note">${t.searchIsOff}</p>`
              : count === 0
                ? html`<p class="note">${t.nobodyFound}</p>`
                : nothing
      }
      <p class="visually-hidden" role="status">${this.#search.state === "searching" ? "" : t.found(count)}</p>
    `;
  }

  /**
   * Whom one may write to, besides those in the list already.
   *
   * @param {string} query
   * @param {Conversation[]} known
   * @returns {{user: User, label: string}[]}
   */
  #people(query, known) {
    const listed = new Set(known.map(({ user }) => user.id));
    const people = this.#search.people.filter(({ id }) => !listed.has(id)).map((user) => ({ user, label: user.name }));
    const id = userIdIn(query);
    if (id && !listed.has(id) && !people.some(({ user }) => user.id === id)) {
      people.unshift({ user: { id, name: id, avatar: "" }, label: this.texts.writeTo(id) });
    }
    return people;
  }

  /** @param {string} query */
  #ask(query) {
    this.query = query;
    this.#search.ask(this.store.client.api, query.trim());
  }

  #toSearch() {
    this.#ask("");
    this.#input.focus();
  }

  /** @param {User} user */
  #open(user) {
    this.#ask("");
    this.dispatchEvent(new CustomEvent("open", { detail: user }));
  }

  // ---- Keys ----

  get #items() {
    return /** @type {HTMLElement[]} */ ([...this.renderRoot.querySelectorAll(".item")]);
  }

  /** @param {KeyboardEvent} event */
  #searchKey(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape" && this.query) {
      event.stopPropagation();
      this.#ask("");
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      this.#items[0]?.focus();
    } else if (event.key === "Enter" && this.query.trim()) {
      const id = userIdIn(this.query.trim());
      const items = this.#items;
      (items.find((item) => item.dataset.user === id) ?? items[0])?.click();
    }
  }

  /** One tab stop for the list, arrows within it. @param {KeyboardEvent} event */
  #listKey(event) {
    const items = this.#items;
    const at = items.indexOf(/** @type {HTMLElement} */ (/** @type {Element} */ (event.target).closest(".item")));
    if (at < 0) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    if (to < 0) this.#input.focus();
    else items[to]?.focus();
  }
}

/**
 * @param {User} user
 * @param {string} query
 * @param {Texts} texts
 */
function matches(user, query, texts) {
  return user.id === query || nameOf(user, texts).toLowerCase().includes(query.toLowerCase());
}

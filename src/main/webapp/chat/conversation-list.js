import { LitElement, css, html, nothing } from "../lib/lit/lit-element.js";
import { guard } from "../lib/lit/directives/guard.js";
import { repeat } from "../lib/lit/directives/repeat.js";
import { avatar, avatarStyles } from "./avatar.js";
import { bell, clear, muted as mutedIcon, pinned as pinnedIcon, search, write } from "./icons.js";
import { recalledText } from "./message-row.js";
import { base } from "./styles.js";
import { dayNumber, nameOf, shortTime } from "./texts.js";
import { UserSearch, userIdIn } from "./user-search.js";

/** @import { Alerts } from "./alerts.js" */
/** @import { ChatStore } from "./chat-store.js" */
/** @import { Conversation, Message, User } from "../imserver-client.js" */
/** @import { Menu } from "./menu.js" */
/** @import { Texts } from "./texts.js" */

/** The more of its badge does not fit. */
const MOST_SHOWN = 99;

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
  };

  static styles = [
    base,
    avatarStyles,
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

      /* Rows out of view are not laid out. */
      li {
        content-visibility: auto;
        contain-intrinsic-block-size: auto 4.25rem;
      }

      .item {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr) auto;
        align-items: center;
        column-gap: 0.75rem;
        width: 100%;
        min-height: 4.25rem;
        padding: 0.5rem 1rem;
        text-align: start;
      }

      .item:hover {
        background: var(--_hover);
      }

      .item[aria-current] {
        background: var(--_selected);
      }

      .avatar {
        grid-row: 1 / span 2;
      }

      .name {
        align-self: end;
        overflow: hidden;
        font-weight: 600;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .alone {
        grid-row: 1 / span 2;
        align-self: center;
      }

      time,
      .last {
        color: var(--_quiet);
        font-size: 0.8125rem;
      }

      .last {
        align-self: start;
        overflow: hidden;
        font-size: 0.875rem;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      .last em,
      .failed {
        color: var(--_bad);
        font-style: normal;
      }

      .badge {
        justify-self: end;
        min-width: 1.3rem;
        padding: 0 0.4rem;
        border-radius: 99px;
        background: var(--_badge);
        color: var(--_on-badge);
        font-size: 0.75rem;
        font-weight: 600;
        line-height: 1.3rem;
        text-align: center;
      }

      .badge.muted {
        background: none;
        color: var(--_quiet);
      }

      .mark > svg {
        width: 0.9rem;
        height: 0.9rem;
        margin-inline-start: 0.3rem;
        color: var(--_quiet);
        vertical-align: -0.1rem;
      }

      @media (forced-colors: active) {
        .item[aria-current] {
          background: Highlight;
          color: HighlightText;
          forced-color-adjust: none;
        }

        .item[aria-current] :is(time, .last, em) {
          color: inherit;
        }

        .badge {
          background: Highlight;
          color: HighlightText;
          forced-color-adjust: none;
        }

        .item[aria-current] .badge {
          background: HighlightText;
          color: Highlight;
        }
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
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#moreWanted.disconnect();
    this.#end = null;
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
          @click=${this.#chooseAlerts}
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
      <nav aria-label=${t.conversations} @keydown=${this.#listKey}>${this.query.trim() ? this.#results() : this.#list()}</nav>
      <im-chat-menu></im-chat-menu>
    `;
  }

  /** @param {Event} event */
  #chooseAlerts({ currentTarget }) {
    const { alerts, texts: t } = this;
    const { notifications, sound } = alerts.choice;
    const items = [{ label: t.soundOn, checked: sound, act: () => alerts.choose({ sound: !sound }) }];
    if (alerts.canNotify) {
      const label = alerts.isDenied ? t.notificationsDenied : t.notificationsOn;
      const checked = notifications && !alerts.isDenied;
      items.unshift({ label, checked, act: () => alerts.choose({ notifications: !checked }) });
    }
    const menu = /** @type {Menu} */ (this.renderRoot.querySelector("im-chat-menu"));
    menu.open(items, /** @type {HTMLElement} */ (currentTarget));
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
      ${this.#rows(all.filter((one) => !apart(one)), tabStop)}
      ${strangers.length > 0 ? html`<h3>${t.strangers}</h3>` : nothing} ${this.#rows(strangers, tabStop)}
      ${store.list === "failed"
        ? html`<p class="note">
            ${t.loadFailed} <button class="text-button" @click=${() => store.loadMoreConversations()}>${t.tryAgain}</button>
          </p>`
        : html`<p class="note end" ?hidden=${store.list === "loaded" && !store.hasMoreConversations}>${t.loading}</p>`}
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
    const { store, texts: t } = this;
    const { user, lastMessage: last, unread } = conversation;
    const isTyping = store.isTyping(conversation);
    const isOpen = user.id === this.selected;
    const draft = isOpen ? "" : store.drafts.get(user.id);
    const { id, name, avatar: picture } = user;
    // What is as it was is not made anew: a packet changes one row of hundreds.
    const shown = [id, name, picture, last?.content, last?.title, last?.recalled, last?.time, last?.state, last?.fromMe, unread, isOpen, tabStop, draft, isTyping, conversation.muted, conversation.pinned, t];
    return guard([...shown, dayNumber(Date.now())], () => this.#row(conversation, { isOpen, tabStop, draft, isTyping }));
  }

  /**
   * @param {Conversation} conversation
   * @param {{isOpen: boolean, tabStop: boolean, draft: string, isTyping: boolean}} state
   */
  #row({ user, lastMessage: last, unread, muted, pinned }, { isOpen, tabStop, draft, isTyping }) {
    const t = this.texts;
    return html`<li>
      <button
        class="item"
        data-user=${user.id}
        tabindex=${tabStop ? 0 : -1}
        aria-current=${isOpen ? "true" : nothing}
        @click=${() => this.#open(user)}
      >
        ${avatar(user, t)}
        <span class="name"
          ><bdi>${nameOf(user, t)}</bdi>${pinned ? mark(pinnedIcon, t.pinned) : nothing}${muted ? mark(mutedIcon, t.muted) : nothing}</span
        >
        <time>${last?.time ? shortTime(last.time, t) : nothing}</time>
        <span class="last">
          ${draft ? html`<em>${t.draft}</em> ` : last?.state === "failed" ? html`<em>${t.notSent}</em> ` : nothing}
          ${isTyping && !draft ? t.typing : this.#lastLine(user, last, draft)}
        </span>
        ${unread > 0
          ? html`<span class="badge ${muted ? "muted" : ""}"
              ><span aria-hidden="true">${unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}</span
              ><span class="visually-hidden">${t.unread(unread)}</span></span
            >`
          : nothing}
      </button>
    </li>`;
  }

  updated() {
    const end = this.renderRoot.querySelector(".end:not([hidden])");
    // Observed anew each time: it may have stayed in view when a part came in.
    if (this.#end) this.#moreWanted.unobserve(this.#end);
    if (end && this.store.list === "loaded") this.#moreWanted.observe(end);
    this.#end = end;
  }

  /**
   * @param {User} user
   * @param {Message | null} last
   * @param {string} draft
   */
  #lastLine(user, last, draft) {
    if (!draft && last?.recalled) return recalledText(last, user, this.texts);
    const text = html`<bdi>${oneLine(draft || last?.title || (last?.content ?? ""))}</bdi>`;
    return draft || !last?.fromMe ? text : html`${this.texts.says(this.texts.you, "")}${text}`;
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
          ({ user, label }, index) => this.#person(user, label, index === 0 && known.length === 0),
        )}
      </ul>
      ${this.#search.state === "searching"
        ? html`<p class="note">${t.loading}</p>`
        : this.#search.state === "failed" || this.#search.state === "busy"
          ? html`<p class="note">${this.#search.state === "busy" ? t.searchIsBusy : t.loadFailed}</p>`
          : this.#search.state === "off" && !userIdIn(query)
            ? html`<p class="note">${t.searchIsOff}</p>`
            : count === 0
              ? html`<p class="note">${t.nobodyFound}</p>`
              : nothing}
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

  /**
   * @param {User} user
   * @param {string} label
   * @param {boolean} tabStop
   */
  #person(user, label, tabStop) {
    const hasName = user.name !== user.id;
    return html`<li>
      <button class="item" data-user=${user.id} tabindex=${tabStop ? 0 : -1} @click=${() => this.#open(user)}>
        ${avatar(user, this.texts)}<span class="name ${hasName ? "" : "alone"}"><bdi>${label}</bdi></span><span></span>
        ${hasName ? html`<span class="last">${this.texts.userId(user.id)}</span>` : nothing}
      </button>
    </li>`;
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

/**
 * @param {import("../lib/lit/lit-element.js").TemplateResult} icon
 * @param {string} label
 */
function mark(icon, label) {
  return html`<span class="mark" title=${label}>${icon}<span class="visually-hidden">${label}</span></span>`;
}

/** As much of a text as a line can show. @param {string} text */
function oneLine(text) {
  return text.slice(0, 200).replace(/\s+/g, " ");
}

import { LitElement, css, html, nothing } from "../lib/lit/lit-element.js";
import { avatar, avatarStyles } from "./avatar.js";
import { back, more } from "./icons.js";
import { base } from "./styles.js";
import { nameOf } from "./texts.js";
import { choose, filesOf } from "./tray.js";

/** @import { ChatStore } from "./chat-store.js" */
/** @import { Composer } from "./composer.js" */
/** @import { Conversation, Message } from "../imserver-client.js" */
/** @import { Menu, MenuItem } from "./menu.js" */
/** @import { MessageList } from "./message-list.js" */
/** @import { Texts } from "./texts.js" */

/** From so many unread messages on there is a button to be rid of them. */
const MANY_UNREAD = 30;

/**
 * One conversation: who it is with, its messages, and where to write. Fires "back".
 */
export class ConversationView extends LitElement {
  static properties = {
    store: { attribute: false },
    conversation: { attribute: false },
    texts: { attribute: false },
    revision: { attribute: false },
    maxLength: { attribute: false },
    notSet: { state: true },
    fileProblem: { state: true },
  };

  static styles = [
    base,
    avatarStyles,
    css`
      :host {
        display: grid;
        grid-template-rows: auto minmax(0, 1fr) auto;
        min-width: 0;
        min-height: 0;
        background: var(--_surface);
      }

      header {
        --_avatar: 2.25rem;
        display: flex;
        align-items: center;
        gap: 0.65rem;
        min-height: 3.5rem;
        padding: 0.4rem 1rem;
        border-bottom: 1px solid var(--_line);
      }

      .name {
        flex: 1;
        min-width: 0;
      }

      h2,
      .id {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      h2 {
        font-size: 1.0625rem;
        line-height: 1.3;
      }

      .id {
        color: var(--_quiet);
        font-size: 0.8125rem;
        line-height: 1.2;
      }

      .system {
        padding: 0.9rem 1rem;
        border-top: 1px solid var(--_line);
        color: var(--_quiet);
        font-size: 0.875rem;
        text-align: center;
      }

      .back {
        display: none;
        margin-inline-start: -0.6rem;
      }

      @container im-chat (max-width: 43.99rem) {
        .back {
          display: grid;
        }
      }
    `,
  ];

  /** The conversation in which a recording was begun: its end comes a moment later, when another one may be open. @type {Conversation | null} */
  #recordedFor = null;

  constructor() {
    super();
    /** @type {ChatStore} */
    this.store;
    /** @type {Conversation} */
    this.conversation;
    /** @type {Texts} */
    this.texts;
    this.revision = 0;
    this.maxLength = 4000;
    /** Why something could not be set. */
    this.notSet = "";
    /** Why a file was not taken. */
    this.fileProblem = "";
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (!changed.has("conversation")) return;
    this.notSet = this.fileProblem = "";
    if (this.hasUpdated) this.#composer?.cancelRecording();
  }

  connectedCallback() {
    super.connectedCallback();
    this.addEventListener("dragover", this.#dragged);
    this.addEventListener("drop", this.#dragged);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.removeEventListener("dragover", this.#dragged);
    this.removeEventListener("drop", this.#dragged);
  }

  /** A file that is dropped must not take the place of the page. @param {DragEvent} event */
  #dragged = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    if (event.type === "drop" && this.store.takesFiles && this.#composer) this.#pick(filesOf(event.dataTransfer));
    else if (event.type === "drop") this.#composer?.refuseFiles();
    else event.dataTransfer.dropEffect = "copy"; // else there would be no drop to answer
  };

  get #composer() {
    return /** @type {Composer | null} */ (this.renderRoot.querySelector("im-chat-composer"));
  }

  get #messages() {
    return /** @type {MessageList} */ (this.renderRoot.querySelector("im-chat-messages"));
  }

  /** To where one writes; with a finger, to the messages: the keyboard would cover them. @override */
  async focus() {
    await this.updateComplete;
    const composer = this.#composer;
    (matchMedia("(pointer: coarse)").matches || !composer ? this.#messages : composer)?.focus();
  }

  /** @param {Message} message */
  received(message) {
    this.#messages?.received(message);
  }

  render() {
    const { store, conversation, texts: t, revision } = this;
    const { user, unread } = conversation;
    const name = nameOf(user, t);
    const line = store.isTyping(conversation)
      ? t.typing
      : user.name !== user.id && !conversation.isSystem
        ? t.userId(user.id)
        : "";
    return html`
      <header>
        <button class="icon-button back" aria-label=${t.back} title=${t.back} @click=${() => this.dispatchEvent(new Event("back"))}>
          ${back}
        </button>
        ${avatar(user, t)}
        <div class="name">
          <h2><bdi>${name}</bdi></h2>
          ${line ? html`<p class="id">${line}</p>` : nothing}
          <p class="id" role="status" ?hidden=${this.notSet === ""}>${this.notSet}</p>
        </div>
        ${
          unread > MANY_UNREAD
            ? html`<button class="text-button" @click=${() => store.markAllRead(conversation)}>${t.markAllRead}</button>`
            : nothing
        }
        <button
          class="icon-button"
          ?hidden=${!isStored(conversation) && (conversation.isSystem || user.id === store.client.userId)}
          aria-haspopup="menu"
          aria-label=${t.conversationMenu}
          title=${t.conversationMenu}
          @click=${this.#openMenu}
        >
          ${more}
        </button>
      </header>
      <im-chat-messages
        .store=${store}
        .conversation=${conversation}
        .texts=${t}
        .revision=${revision}
        @rewrite=${this.#rewrite}
      ></im-chat-messages>
      ${
        conversation.isSystem
          ? html`<p class="system">${t.systemHint}</p>`
          : conversation.blocked
            ? html`<p class="system">
              ${t.blockedHint}
              <button class="text-button" @click=${() => this.#set(store.model.block(user.id, false))}>${t.unblock}</button>
            </p>`
            : html`<im-chat-composer
            .texts=${t}
            .name=${name}
            .text=${store.drafts.get(user.id)}
            .maxLength=${this.maxLength}
            .takesFiles=${store.takesFiles}
            .chosen=${store.chosen(conversation)}
            .problem=${this.fileProblem}
            @draft=${this.#draft}
            @send=${this.#send}
            @pick=${(/** @type {CustomEvent<File[]>} */ { detail }) => this.#pick(detail)}
            @unpick=${this.#unpick}
            @recording=${this.#recording}
            @voice=${this.#voice}
            @problem=${(/** @type {CustomEvent<string>} */ { detail }) => (this.fileProblem = detail)}
          ></im-chat-composer>`
      }
      <im-chat-menu></im-chat-menu>
    `;
  }

  /** @param {Event} event */
  #openMenu({ currentTarget }) {
    const { conversation, texts: t, store } = this;
    const { user, muted, pinned, blocked, isSystem } = conversation;
    const { model } = store;
    /** @type {MenuItem[]} */
    const items = [];
    if (isStored(conversation)) {
      items.push(
        { label: t.mute, checked: muted, act: () => this.#set(model.mute(user.id, !muted)) },
        { label: t.pin, checked: pinned, act: () => this.#set(model.pin(user.id, !pinned)) },
        { label: t.hide, act: () => this.#hide() },
      );
    }
    if (!isSystem && user.id !== store.client.userId) {
      items.push({ label: t.block, checked: blocked, act: () => this.#set(model.block(user.id, !blocked)) });
    }
    const menu = /** @type {Menu} */ (this.renderRoot.querySelector("im-chat-menu"));
    menu.open(items, /** @type {HTMLElement} */ (currentTarget));
  }

  async #hide() {
    if (await this.#set(this.store.model.hide(this.conversation.user.id))) this.dispatchEvent(new Event("back"));
  }

  /**
   * @param {Promise<void>} setting
   * @returns whether it is set
   */
  async #set(setting) {
    const { conversation } = this;
    this.notSet = "";
    try {
      await setting;
      return true;
    } catch (error) {
      const { code } = /** @type {{code?: string}} */ (error);
      const isOpen = conversation === this.conversation;
      if (isOpen) this.notSet = code === "TOO_MANY_BLOCKED" ? this.texts.tooManyBlocked : this.texts.notSet;
      return false;
    }
  }

  /** A text that was recalled is to be written anew, after what is there. @param {CustomEvent<string>} event */
  #rewrite({ detail }) {
    const { id } = this.conversation.user;
    const begun = this.store.drafts.get(id);
    this.store.drafts.set(id, begun ? `${begun}\n${detail}` : detail);
    this.requestUpdate();
    this.#composer?.focus();
  }

  /** @param {CustomEvent<string>} event */
  #draft({ detail }) {
    this.store.drafts.set(this.conversation.user.id, detail);
    if (detail) this.store.typing(this.conversation);
    this.requestUpdate(); // the composer is to get the next conversation's draft even where it is empty
  }

  /** @param {CustomEvent<string>} event */
  #send({ detail }) {
    this.fileProblem = "";
    this.store.send(this.conversation, detail);
    this.#messages.jumpToNewest();
  }

  /** Files that were chosen, dropped or pasted. @param {File[]} files */
  async #pick(files) {
    const { store, conversation, texts } = this;
    const room = (store.fileLimits.maxAttachments ?? 9) - store.chosen(conversation).length;
    const { chosen, problems } = await choose(files, room, store.fileLimits, texts);
    if (chosen.length > 0) store.setChosen(conversation, [...store.chosen(conversation), ...chosen]);
    if (conversation === this.conversation) this.fileProblem = problems.join(" ");
  }

  /** @param {CustomEvent<number>} event */
  #unpick({ detail }) {
    const { store, conversation } = this;
    this.fileProblem = "";
    store.setChosen(
      conversation,
      store.chosen(conversation).filter((_, index) => index !== detail),
    );
  }

  /** @param {CustomEvent<{blob: Blob, name: string, duration: number, waveform: string}>} event */
  #voice({ detail }) {
    const conversation = this.#recordedFor ?? this.conversation;
    this.store.sendVoice(conversation, detail);
    if (conversation !== this.conversation) return;
    this.fileProblem = "";
    this.#messages.jumpToNewest();
  }

  /** @param {CustomEvent<boolean>} event */
  #recording({ detail }) {
    if (detail) this.#recordedFor = this.conversation;
  }
}

/**
 * Whether there is a stored message: before that the server has no conversation of which anything could be set, but the block.
 * @param {Conversation} conversation
 */
function isStored({ lastMessage }) {
  return lastMessage !== null && lastMessage.messageId !== null;
}

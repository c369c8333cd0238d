import { css, html, nothing } from "../lib/lit/lit-element.js";
import { attachmentsOf, attachmentStyles, uploadLine } from "./attachments.js";
import { lineOf } from "./files.js";
import { check, clock as sendingIcon, failed, more, read } from "./icons.js";
import { linkify } from "./linkify.js";
import { clock, nameOf } from "./texts.js";

/** @import { Conversation, Message } from "../imserver-client.js" */
/** @import { FileActions } from "./attachments.js" */
/** @import { Part } from "./linkify.js" */
/** @import { Texts } from "./texts.js" */

/**
 * One message.
 *
 * @param {Message} message
 * @param {object} around
 * @param {string} around.author
 * @param {boolean} around.follows the one before is by the same author, and not long ago
 * @param {boolean} around.isRead the other user has read it, as far as is told
 * @param {boolean} around.tabStop its menu is where the Tab key leads
 * @param {string | null} around.problem why it could not be recalled, in words
 * @param {Texts} around.texts
 * @param {FileActions} around.files
 * @param {() => void} around.retry
 * @param {() => void} around.discard
 */
export function messageRow(message, { author, follows, isRead, tabStop, problem, texts, files, retry, discard }) {
  const { state, fromMe, time } = message;
  return html`<li class="row ${fromMe ? "mine" : "theirs"} ${state} ${follows ? "follows" : ""}" data-key=${message.key}>
    <div class="line">
      <div class="bubble">
        <span class="visually-hidden">${texts.says(author, "")}</span>
        ${message.title ? html`<strong class="title" dir="auto">${message.title}</strong>` : nothing}
        ${attachmentsOf(message, files, texts)}
        ${
          message.content || message.attachments.length === 0
            ? html`<span class="text" dir="auto">${partsOf(message).map(part)}</span>`
            : nothing
        }
        ${noticeLink(message, texts)}
        <span class="meta">
          ${time === null ? nothing : html`<time datetime=${new Date(time).toISOString()}>${clock(time, texts)}</time>`}
          ${fromMe ? stateIcon(state, isRead, texts) : nothing}
        </span>
      </div>
      <button
        class="more"
        tabindex=${tabStop ? 0 : -1}
        aria-haspopup="menu"
        aria-label=${texts.moreOf(lineOf({ ...message, title: "" }, texts).slice(0, 50))}
        title=${texts.more}
      >
        ${more}
      </button>
    </div>
    ${uploadLine(message, files.cancel, texts)}
    ${
      state === "failed"
        ? html`<div class="failure">
          <span>${notSent(message, texts)}</span>
          ${message.code === "FILE_LOST" ? nothing : html`<button class="text-button" @click=${retry}>${texts.tryAgain}</button>`}
          <button class="text-button" @click=${discard}>${texts.remove}</button>
        </div>`
        : problem
          ? html`<div class="failure" role="status">${problem}</div>`
          : nothing
    }
  </li>`;
}

/**
 * What stands in the place of a message that was taken back.
 *
 * @param {Message} message
 * @param {object} around
 * @param {Conversation["user"]} around.user
 * @param {Texts} around.texts
 * @param {(() => void) | null} around.rewrite null where its text is not known here
 */
export function recalledRow(message, { user, texts, rewrite }) {
  return html`<li class="row recalled" data-key=${message.key}>
    <span>${recalledText(message, user, texts)}</span>
    ${rewrite ? html`<button class="text-button" @click=${rewrite}>${texts.rewrite}</button>` : nothing}
  </li>`;
}

/**
 * @param {Message} message
 * @param {Conversation["user"]} user the other one
 * @param {Texts} texts
 */
export function recalledText(message, user, texts) {
  return message.fromMe ? texts.youRecalled : texts.recalledBy(nameOf(user, texts));
}

/** Made once a message: a text changes only where it is recalled. @type {WeakMap<Message, Part[]>} */
const parts = new WeakMap();

/** @param {Message} message */
function partsOf(message) {
  let made = parts.get(message);
  if (!made) parts.set(message, (made = linkify(message.content)));
  return made;
}

/** Others wrote it: it becomes text and the text of links, never markup. @param {Part} part */
function part({ text, href }) {
  return href ? html`<a href=${href} target="_blank" rel="noopener noreferrer nofollow">${text}</a>` : text;
}

/**
 * Where a notice of the host application leads: somewhere on the web, as the library sees to. Within the site it opens in
 * the page's place, as its other links do.
 *
 * @param {Message} message
 * @param {Texts} texts
 */
function noticeLink({ url, fromId }, texts) {
  if (fromId !== "0" || url === "" || !URL.canParse(url, document.baseURI)) return nothing;
  const { href, origin } = new URL(url, document.baseURI);
  const isOurs = origin === location.origin;
  return html`<a class="leads" href=${href} target=${isOurs ? "_self" : "_blank"} rel="noopener noreferrer">${texts.openNotice}</a>`;
}

/**
 * @param {Message} message
 * @param {Texts} texts
 */
function notSent({ code }, texts) {
  const why = texts.failures[code ?? ""];
  return why ? texts.says(texts.notSent, why) : texts.notSent;
}

/**
 * @param {Message["state"]} state
 * @param {boolean} isRead
 * @param {Texts} texts
 */
function stateIcon(state, isRead, texts) {
  const [icon, label] = {
    sending: /** @type {const} */ ([sendingIcon, texts.sending]),
    sent: isRead ? /** @type {const} */ ([read, texts.read]) : /** @type {const} */ ([check, texts.sent]),
    failed: /** @type {const} */ ([failed, texts.notSent]),
  }[state];
  const isMarked = state === "sent" && isRead;
  return html`<span class="state ${isMarked ? "read" : ""}" role="img" aria-label=${label} title=${label}>${icon}</span>`;
}

export const messageRowStyles = css`
  ${attachmentStyles}

  .row {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    padding-top: 0.6rem;
  }

  .row.follows {
    padding-top: 0.15rem;
  }

  .mine {
    align-items: flex-end;
  }

  .recalled {
    flex-flow: row wrap;
    align-items: center;
    justify-content: center;
    color: var(--_quiet);
    font-size: 0.8125rem;
  }

  .line {
    display: flex;
    align-items: center;
    gap: 0.15rem;
    width: 100%;
  }

  .mine .line {
    flex-direction: row-reverse;
  }

  .more {
    display: grid;
    flex: none;
    place-items: center;
    width: 2rem;
    height: 2rem;
    border-radius: 50%;
    color: var(--_quiet);
  }

  .more:hover {
    background: var(--_line);
    color: var(--_text);
  }

  /* Shown where the mouse, the focus or its menu is; a finger presses on the message. */
  .row:not(:hover, :focus-within) .more:not([aria-expanded]) {
    opacity: 0;
  }

  @media (pointer: coarse) {
    .more {
      width: 1.5rem;
    }

    .bubble {
      user-select: none;
      -webkit-touch-callout: none;
    }
  }

  .title {
    display: block;
    overflow-wrap: anywhere;
  }

  .leads {
    display: block;
    padding-top: 0.2rem;
    color: var(--_accent);
    font-weight: 600;
  }

  .bubble {
    display: flow-root;
    min-width: 0;
    max-width: min(85%, 36rem);
    padding: 0.4rem 0.75rem;
    border-radius: 1.1rem;
    background: var(--_theirs);
    box-shadow: 0 1px 1px #0000001a;
  }

  .theirs:not(.follows) .bubble {
    border-start-start-radius: 0.3rem;
  }

  .mine .bubble {
    background: var(--_mine);
  }

  .mine:not(.follows) .bubble {
    border-start-end-radius: 0.3rem;
  }

  /* There the system gives all backgrounds one colour: borders tell the bubbles apart. */
  @media (forced-colors: active) {
    .bubble {
      border: 1px solid CanvasText;
    }

    .mine .bubble {
      border: 2px solid Highlight;
    }
  }

  .failed .bubble {
    box-shadow: inset 0 0 0 1px var(--_bad);
  }

  .text {
    overflow-wrap: anywhere;
    white-space: pre-wrap;
  }

  a {
    color: inherit;
    text-decoration: underline;
    text-underline-offset: 0.15em;
  }

  .meta {
    display: flex;
    float: inline-end;
    align-items: center;
    gap: 0.2rem;
    margin: 0.45rem -0.2rem -0.1rem 0.75rem;
    color: var(--_quiet);
    font-size: 0.75rem;
    line-height: 1.1rem;
    user-select: none;
  }

  .state {
    display: flex;
    font-size: 0.65rem;
  }

  .state.read {
    color: var(--_accent);
  }

  .failed .state {
    color: var(--_bad);
  }

  .failure {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: flex-end;
    padding-top: 0.1rem;
    color: var(--_bad);
    font-size: 0.8125rem;
  }
`;

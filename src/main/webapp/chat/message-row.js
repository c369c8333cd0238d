import { css, html, nothing } from "../lib/lit/lit-element.js";
import { check, clock as sendingIcon, failed } from "./icons.js";
import { linkify } from "./linkify.js";
import { clock } from "./texts.js";

/** @import { Message } from "./conversation.js" */
/** @import { Part } from "./linkify.js" */
/** @import { Texts } from "./texts.js" */

/**
 * One message.
 *
 * @param {Message} message
 * @param {object} around
 * @param {string} around.author
 * @param {boolean} around.follows the one before is by the same author, and not long ago
 * @param {Texts} around.texts
 * @param {() => void} around.retry
 * @param {() => void} around.discard
 */
export function messageRow(message, { author, follows, texts, retry, discard }) {
  return html`<li
    class="row ${message.fromMe ? "mine" : "theirs"} ${message.state} ${follows ? "follows" : ""}"
    data-key=${message.key}
  >
    <div class="bubble">
      <span class="visually-hidden">${texts.says(author, "")}</span>
      <span class="text" dir="auto">${partsOf(message).map(part)}</span>
      <span class="meta">
        <time datetime=${new Date(message.time).toISOString()}>${clock(message.time, texts)}</time>
        ${message.fromMe ? stateIcon(message.state, texts) : nothing}
      </span>
    </div>
    ${message.state === "failed"
      ? html`<div class="failure">
          <span>${notSent(message, texts)}</span>
          <button class="text-button" @click=${retry}>${texts.tryAgain}</button>
          <button class="text-button" @click=${discard}>${texts.remove}</button>
        </div>`
      : nothing}
  </li>`;
}

/** Made once a message: a text never changes. @type {WeakMap<Message, Part[]>} */
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
 * @param {Message} message
 * @param {Texts} texts
 */
function notSent({ code }, texts) {
  const why = texts.failures[code ?? ""];
  return why ? texts.says(texts.notSent, why) : texts.notSent;
}

/**
 * @param {Message["state"]} state
 * @param {Texts} texts
 */
function stateIcon(state, texts) {
  const [icon, label] = {
    sending: /** @type {const} */ ([sendingIcon, texts.sending]),
    sent: /** @type {const} */ ([check, texts.sent]),
    failed: /** @type {const} */ ([failed, texts.notSent]),
  }[state];
  return html`<span class="state" role="img" aria-label=${label} title=${label}>${icon}</span>`;
}

export const messageRowStyles = css`
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

  .bubble {
    display: flow-root;
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

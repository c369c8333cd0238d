/** One row of the list of conversations, or of the people that a search has found. */

import { css, html, nothing } from "../lib/lit/lit-element.js";
import { guard } from "../lib/lit/directives/guard.js";
import { avatar } from "./avatar.js";
import { lineOf } from "./files.js";
import { muted as mutedIcon, pinned as pinnedIcon } from "./icons.js";
import { recalledText } from "./message-row.js";
import { dayNumber, nameOf, shortTime } from "./texts.js";

/** @import { Conversation, Message, User } from "../imserver-client.js" */
/** @import { Texts } from "./texts.js" */

/** The more of its badge does not fit. */
const MOST_SHOWN = 99;

export const conversationRowStyles = css`
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
`;

/**
 * @typedef {object} RowOptions
 * @property {boolean} isOpen whether its conversation is shown
 * @property {boolean} tabStop whether it is the one row of the list that the tab key leads to
 * @property {string} draft what was begun to be written there
 * @property {boolean} isTyping whether the other one types
 * @property {Texts} texts
 * @property {() => void} open
 */

/**
 * @param {Conversation} conversation
 * @param {RowOptions} options
 */
export function conversationRow(conversation, options) {
  const { user, lastMessage: last, unread, muted, pinned } = conversation;
  const { isOpen, tabStop, draft, isTyping, texts } = options;
  // What is as it was is not made anew: a packet changes one row of hundreds.
  const shown = [
    user.id,
    user.name,
    user.avatar,
    last?.content,
    last?.title,
    last?.recalled,
    last?.time,
    last?.state,
    last?.fromMe,
  ];
  const files = last?.attachments.map(({ type, name }) => `${type} ${name}`).join() ?? "";
  const state = [files, unread, isOpen, tabStop, draft, isTyping, muted, pinned, texts, dayNumber(Date.now())];
  return guard([...shown, ...state], () => row(conversation, options));
}

/**
 * @param {Conversation} conversation
 * @param {RowOptions} options
 */
function row({ user, lastMessage: last, unread, muted, pinned }, { isOpen, tabStop, draft, isTyping, texts: t, open }) {
  return html`<li>
    <button
      class="item"
      data-user=${user.id}
      tabindex=${tabStop ? 0 : -1}
      aria-current=${isOpen ? "true" : nothing}
      @click=${open}
    >
      ${avatar(user, t)}
      <span class="name"
        ><bdi>${nameOf(user, t)}</bdi>${pinned ? mark(pinnedIcon, t.pinned) : nothing}${muted ? mark(mutedIcon, t.muted) : nothing}</span
      >
      <time>${last?.time ? shortTime(last.time, t) : nothing}</time>
      <span class="last">
        ${draft ? html`<em>${t.draft}</em> ` : last?.state === "failed" ? html`<em>${t.notSent}</em> ` : nothing}
        ${isTyping && !draft ? t.typing : lastLine(user, last, draft, t)}
      </span>
      ${
        unread > 0
          ? html`<span class="badge ${muted ? "muted" : ""}"
            ><span aria-hidden="true">${unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}</span
            ><span class="visually-hidden">${t.unread(unread)}</span></span
          >`
          : nothing
      }
    </button>
  </li>`;
}

/**
 * @param {User} user
 * @param {string} label
 * @param {Pick<RowOptions, "tabStop" | "texts" | "open">} options
 */
export function personRow(user, label, { tabStop, texts, open }) {
  const hasName = user.name !== user.id;
  return html`<li>
    <button class="item" data-user=${user.id} tabindex=${tabStop ? 0 : -1} @click=${open}>
      ${avatar(user, texts)}<span class="name ${hasName ? "" : "alone"}"><bdi>${label}</bdi></span><span></span>
      ${hasName ? html`<span class="last">${texts.userId(user.id)}</span>` : nothing}
    </button>
  </li>`;
}

/**
 * @param {User} user
 * @param {Message | null} last
 * @param {string} draft
 * @param {Texts} texts
 */
function lastLine(user, last, draft, texts) {
  if (!draft && last?.recalled) return recalledText(last, user, texts);
  const text = html`<bdi>${oneLine(draft || (last === null ? "" : lineOf(last, texts)))}</bdi>`;
  return draft || !last?.fromMe ? text : html`${texts.says(texts.you, "")}${text}`;
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

import { css, html, nothing } from "../lib/lit/lit-element.js";
import { nameOf } from "./texts.js";

/** @import { User } from "../imserver-client.js" */
/** @import { Texts } from "./texts.js" */

const HUES = 8;
const MOST_REMEMBERED = 2000;
/** Making one takes much longer than using it. */
const CHARACTERS = new Intl.Segmenter();
/** @type {Map<string, string>} */
const initials = new Map();

/**
 * A user's picture, and the first letter of the name where there is none or it does not load.
 *
 * @param {User} user
 * @param {Texts} texts
 */
export function avatar(user, texts) {
  const { id, name, avatar: address } = user;
  const src = pictureAddress(address);
  return html`<span class="avatar hue-${hueOf(id)}" aria-hidden="true"
    >${initialOf(id === "0" ? nameOf(user, texts) : name)}${
      src
        ? html`<img src=${src} alt="" referrerpolicy="no-referrer" draggable="false" @error=${hide} @load=${show} />`
        : nothing
    }</span
  >`;
}

/** @param {Event} event */
function hide({ target }) {
  /** @type {HTMLElement} */ (target).hidden = true;
}

/** @param {Event} event */
function show({ target }) {
  /** @type {HTMLElement} */ (target).hidden = false;
}

/**
 * Pictures come from the web or lie in their address; anything else is passed over.
 *
 * @param {string} address
 */
export function pictureAddress(address) {
  if (/^data:image\/(png|jpeg|gif|webp|avif|svg\+xml)[;,]/i.test(address)) return address;
  if (!URL.canParse(address)) return null; // most have none, and an exception is slow
  const url = new URL(address);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
}

/** @param {string} name */
function initialOf(name) {
  let initial = initials.get(name);
  if (initial === undefined) {
    const [first] = CHARACTERS.segment(name.trimStart().slice(0, 64)); // no letter is longer that can be seen
    initial = first?.segment.toUpperCase() ?? "?";
    if (initials.size >= MOST_REMEMBERED) initials.clear();
    initials.set(name, initial);
  }
  return initial;
}

/**
 * The same for a user wherever the user is shown.
 *
 * @param {string} id
 */
function hueOf(id) {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return hash % HUES;
}

export const avatarStyles = css`
  .avatar {
    position: relative;
    display: grid;
    flex: none;
    place-items: center;
    width: var(--_avatar, 2.75rem);
    height: var(--_avatar, 2.75rem);
    overflow: hidden;
    border-radius: 50%;
    background: hsl(var(--_hue) 45% 36%);
    color: #fff;
    font-size: calc(var(--_avatar, 2.75rem) * 0.42);
    font-weight: 600;
    line-height: 1;
    user-select: none;
  }

  @media (forced-colors: active) {
    .avatar {
      border: 1px solid;
    }
  }

  .avatar img {
    position: absolute;
    inset: 0;
    width: 100%;
    height: 100%;
    background: var(--_surface);
    object-fit: cover;
  }

  .hue-0 { --_hue: 174; }
  .hue-1 { --_hue: 212; }
  .hue-2 { --_hue: 262; }
  .hue-3 { --_hue: 318; }
  .hue-4 { --_hue: 350; }
  .hue-5 { --_hue: 18; }
  .hue-6 { --_hue: 96; }
  .hue-7 { --_hue: 236; }
`;

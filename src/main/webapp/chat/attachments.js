/** The files of a message, as it shows them. */

import { css, html, nothing } from "../lib/lit/lit-element.js";
import { aboutFile, fit, kindOf, previewOf, sourceOf } from "./files.js";
import { failed, page } from "./icons.js";

/** @import { Attachment, Message } from "../imserver-client.js" */
/** @import { FileAddresses } from "./file-addresses.js" */
/** @import { Texts } from "./texts.js" */

/** As the styles have it. */
const LARGEST = 280; // px

/**
 * @typedef {object} FileActions
 * @property {(attachment: Attachment, from: HTMLElement) => void} open shows a picture in full
 * @property {FileAddresses} addresses
 * @property {(attachment: Attachment, event: Event) => void} follow a link to it, whose address may be old
 * @property {() => void} cancel
 */

/**
 * @param {Message} message
 * @param {FileActions} actions
 * @param {Texts} texts
 */
export function attachmentsOf({ attachments, state }, actions, texts) {
  if (attachments.length === 0) return nothing;
  const pictures = attachments.filter((each) => kindOf(each) === "image");
  const others = attachments.filter((each) => kindOf(each) !== "image");
  return html`
    ${
      pictures.length === 0
        ? nothing
        : html`<div class="pictures ${pictures.length === 1 ? "single" : pictures.length === 2 || pictures.length === 4 ? "two" : "three"}">
          ${pictures.map((each, index) => picture(each, index + 1, pictures.length, state, actions, texts))}
        </div>`
    }
    ${others.map((each) => other(each, state, actions, texts))}
  `;
}

/**
 * @param {Attachment} attachment
 * @param {number} index
 * @param {number} count
 * @param {Message["state"]} state
 * @param {FileActions} actions
 * @param {Texts} texts
 */
function picture(attachment, index, count, state, actions, texts) {
  const { width, height } = fit(attachment, LARGEST);
  const label = texts.picture(attachment.name, index, count);
  const source = previewOf(attachment);
  const address = source && source + actions.addresses.markOf(attachment);
  if (actions.addresses.isGone(attachment))
    return html`<span class="picture gone" role="img" aria-label=${label}>${failed}${texts.fileGone}</span>`;
  return html`<button class="picture" aria-label=${label} @click=${(/** @type {Event} */ event) => actions.open(attachment, /** @type {HTMLElement} */ (event.currentTarget))}>
    <img
      src=${address || nothing}
      width=${width}
      height=${height}
      alt=""
      loading=${attachment.blob ? nothing : "lazy"}
      decoding="async"
      draggable="false"
      @error=${() => actions.addresses.failed(attachment)}
    />
    ${state === "sending" ? ring(attachment) : nothing}
  </button>`;
}

/** How much of it is there. @param {Attachment} attachment */
function ring({ progress, fileId }) {
  const share = fileId !== null ? 1 : (progress ?? 0);
  return html`<svg class="ring" viewBox="0 0 36 36" aria-hidden="true">
    <circle class="rest" cx="18" cy="18" r="14" />
    <circle cx="18" cy="18" r="14" pathLength="100" stroke-dasharray="${Math.round(share * 100)} 100" transform="rotate(-90 18 18)" />
  </svg>`;
}

/**
 * @param {Attachment} attachment
 * @param {Message["state"]} state
 * @param {FileActions} actions
 * @param {Texts} texts
 */
function other(attachment, state, actions, texts) {
  const { name } = attachment;
  const source = sourceOf(attachment) && sourceOf(attachment) + actions.addresses.markOf(attachment);
  const kind = kindOf(attachment);
  if (actions.addresses.isGone(attachment))
    return html`<span class="file">${failed}<span class="about"><bdi>${name}</bdi><small>${texts.fileGone}</small></span></span>`;
  if (kind === "audio") {
    return html`<im-chat-voice .attachment=${attachment} .source=${source} .texts=${texts} @renew=${() => actions.addresses.failed(attachment)}></im-chat-voice>`;
  }
  if (kind === "video" && source) {
    return html`<video
      src=${source}
      controls
      playsinline
      preload="metadata"
      aria-label=${texts.video(name)}
      @error=${() => actions.addresses.failed(attachment)}
    ></video>`;
  }
  const about = aboutFile(attachment);
  const inside = html`${state === "sending" ? ring(attachment) : page}<span class="about"><bdi>${name}</bdi><small>${about}</small></span>`;
  if (!source) return html`<span class="file">${inside}</span>`;
  return html`<a
    class="file"
    href=${source}
    download=${name}
    target="_blank"
    rel="noopener noreferrer"
    aria-label=${texts.download(name, about)}
    @click=${(/** @type {Event} */ event) => actions.follow(attachment, event)}
    >${inside}</a
  >`;
}

/**
 * How far a message with files is, which can be cancelled meanwhile.
 * @param {Message} message
 * @param {() => void} cancel
 * @param {Texts} texts
 */
export function uploadLine({ attachments, state }, cancel, texts) {
  const waiting = attachments.filter(({ fileId }) => fileId === null);
  // What another tab uploads has no file here.
  if (state !== "sending" || !waiting.some(({ blob, progress }) => blob !== null || progress !== null)) return nothing;
  const isRunning = waiting.some(({ progress }) => progress !== null);
  const size = attachments.reduce((sum, one) => sum + one.size, 0) || 1;
  const done = attachments.reduce((sum, one) => sum + one.size * (one.fileId !== null ? 1 : (one.progress ?? 0)), 0);
  const percent = Math.floor((done / size) * 100);
  return html`<div class="uploading">
    ${
      isRunning
        ? html`<span role="progressbar" aria-valuenow=${percent} aria-label=${texts.uploading(percent)}>${texts.uploading(percent)}</span>`
        : html`<span>${texts.waitsForUpload}</span>`
    }
    <button class="text-button" @click=${cancel}>${texts.cancel}</button>
  </div>`;
}

export const attachmentStyles = css`
  .pictures {
    display: grid;
    gap: 0.2rem;
    margin: 0.1rem -0.35rem 0.2rem;
    justify-content: start;
  }

  .pictures.two {
    grid-template-columns: repeat(2, minmax(0, 8.5rem));
  }

  .pictures.three {
    grid-template-columns: repeat(3, minmax(0, 6.5rem));
  }

  .picture {
    position: relative;
    display: grid;
    place-items: center;
    min-width: 2.75rem;
    min-height: 2.75rem;
    overflow: hidden;
    border-radius: 0.75rem;
    background: var(--_line);
    color: var(--_text);
  }

  .picture:focus-visible {
    outline-offset: 2px;
  }

  .picture img {
    display: block;
    max-width: 100%;
    height: auto;
    -webkit-touch-callout: none;
  }

  :is(.two, .three) .picture {
    aspect-ratio: 1;
  }

  :is(.two, .three) .picture img {
    width: 100%;
    height: 100%;
    object-fit: cover;
  }

  .gone {
    padding: 0.75rem;
    font-size: 0.8125rem;
  }

  .ring {
    flex: none;
    width: 2.5rem;
    height: 2.5rem;
    stroke-width: 3;
    stroke-linecap: butt;
  }

  .ring .rest {
    opacity: 0.3;
  }

  .picture .ring {
    position: absolute;
    border-radius: 50%;
    background: #000000a0;
    color: #ffffff;
  }

  .file {
    display: flex;
    align-items: center;
    gap: 0.6rem;
    min-width: min(13rem, 100%);
    min-height: 3rem;
    margin: 0.15rem -0.25rem;
    padding: 0.4rem 0.6rem;
    border: 1px solid var(--_edge);
    border-radius: 0.75rem;
    text-decoration: none;
  }

  .file > svg {
    flex: none;
  }

  .file:is(a):hover bdi {
    text-decoration: underline;
  }

  .about {
    display: grid;
    min-width: 0;
    line-height: 1.3;
  }

  .about bdi {
    display: -webkit-box;
    overflow: hidden;
    overflow-wrap: anywhere;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
  }

  .about small {
    color: var(--_quiet);
    font-size: 0.75rem;
  }

  video {
    display: block;
    width: 17.5rem;
    max-width: 100%;
    margin: 0.1rem 0 0.2rem;
    border-radius: 0.75rem;
    background: #000000;
    aspect-ratio: 16 / 9;
  }

  .uploading {
    display: flex;
    align-items: center;
    color: var(--_quiet);
    font-size: 0.8125rem;
  }
`;

/** The files that were chosen for a message and wait for it to be sent, above where it is written. */

import { css, html, nothing } from "../lib/lit/lit-element.js";
import { aboutFile, isImageType, objectUrl, pixelsOf } from "./files.js";
import { clear, film, page } from "./icons.js";
import { sizeText } from "./texts.js";

/** @import { Texts } from "./texts.js" */

/** @typedef {{blob: Blob, name: string, type: string, size: number, width: number | null, height: number | null}} Chosen */

/**
 * What of some files can be sent, and why the rest cannot, in words.
 *
 * @param {File[]} files
 * @param {number} room how many more the message takes
 * @param {{maxFile?: number, maxAttachments?: number}} limits of the server
 * @param {Texts} texts
 * @returns {Promise<{chosen: Chosen[], problems: string[]}>}
 */
export async function choose(files, room, { maxFile = Infinity, maxAttachments = 9 }, texts) {
  const problems = files
    .filter(({ size }) => size > maxFile)
    .map(({ name }) => texts.fileTooLarge(name, sizeText(maxFile)));
  problems.push(...files.filter(({ size }) => size === 0).map(({ name }) => texts.fileEmpty(name)));
  const good = files.filter(({ size }) => size > 0 && size <= maxFile);
  if (good.length > room) problems.push(texts.tooManyFiles(maxAttachments));
  const chosen = good.slice(0, Math.max(0, room)).map(async (blob) => {
    const pixels = isImageType(blob.type) ? await pixelsOf(blob) : null;
    return {
      blob,
      name: blob.name,
      type: blob.type,
      size: blob.size,
      width: pixels?.width ?? null,
      height: pixels?.height ?? null,
    };
  });
  return { chosen: await Promise.all(chosen), problems };
}

/** The files that were dropped or pasted: without folders. @param {DataTransfer | null} data */
export function filesOf(data) {
  const isFolder = (/** @type {DataTransferItem} */ item) => item.webkitGetAsEntry?.()?.isDirectory === true;
  const items = [...(data?.items ?? [])].filter(({ kind }) => kind === "file");
  const files = items.map((item) => (isFolder(item) ? new File([], item.getAsFile()?.name ?? "") : item.getAsFile()));
  return files.filter((file) => file !== null);
}

/**
 * @param {Chosen[]} chosen
 * @param {(index: number) => void} remove
 * @param {Texts} texts
 */
export function tray(chosen, remove, texts) {
  if (chosen.length === 0) return nothing;
  return html`<ul class="tray" role="list" aria-label=${texts.attached}>
    ${chosen.map(
      (each, index) => html`<li>
        ${
          each.width
            ? html`<img src=${objectUrl(each.blob)} alt=${each.name} draggable="false" />`
            : html`${each.type.startsWith("video/") ? film : page}<span class="about"><bdi>${each.name}</bdi><small>${aboutFile(each)}</small></span>`
        }
        <button type="button" class="remove" aria-label=${texts.removeFile(each.name)} title=${texts.removeFile(each.name)} @click=${() => remove(index)}>
          ${clear}
        </button>
      </li>`,
    )}
  </ul>`;
}

export const trayStyles = css`
  .tray {
    display: flex;
    flex-wrap: wrap;
    gap: 0.5rem;
    max-height: 9.5rem;
    padding: 0 0 0.5rem;
    overflow-y: auto;
  }

  .tray li {
    position: relative;
    display: flex;
    align-items: center;
    gap: 0.5rem;
    max-width: 100%;
    height: 4rem;
    border: 1px solid var(--_edge);
    border-radius: 0.6rem;
    overflow: hidden;
  }

  .tray img {
    width: 4rem;
    height: 4rem;
    object-fit: cover;
  }

  .tray li > svg {
    flex: none;
    margin-inline-start: 0.6rem;
  }

  .tray .about {
    display: grid;
    min-width: 0;
    max-width: 9rem;
    padding-inline-end: 2.25rem;
    font-size: 0.875rem;
    line-height: 1.3;
  }

  .tray .about > * {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }

  .tray small {
    color: var(--_quiet);
    font-size: 0.75rem;
  }

  .tray .remove {
    position: absolute;
    top: 0.2rem;
    right: 0.2rem;
    display: grid;
    place-items: center;
    width: 1.6rem;
    height: 1.6rem;
    border-radius: 50%;
    background: #000000b0;
    color: #ffffff;
  }

  .tray .remove svg {
    width: 1rem;
    height: 1rem;
  }
`;

/** What can be done with a message. */

/** @import { Message } from "../imserver-client.js" */
/** @import { MenuItem } from "./menu.js" */
/** @import { Texts } from "./texts.js" */

/**
 * @param {Texts} texts
 * @param {{copy: (() => void) | null, recall: (() => void) | null, report: (() => void) | null}} actions null for what cannot be done
 * @returns {MenuItem[]}
 */
export function menuItems(texts, { copy, recall, report }) {
  const items = [];
  if (copy) items.push({ label: texts.copy, act: copy });
  if (recall) items.push({ label: texts.recall, act: recall });
  if (report) items.push({ label: texts.report, act: report });
  return items;
}

/**
 * @param {Message} message
 * @param {Node} root where an element may be added for a moment
 * @returns {Promise<boolean>} whether it was copied
 */
export async function copyText({ title, content }, root) {
  const text = title ? `${title}\n${content}` : content;
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text, root); // a page without TLS has no clipboard of its own
  }
}

/**
 * @param {string} text
 * @param {Node} root
 */
function copyBySelection(text, root) {
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  root.appendChild(area);
  area.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    area.remove();
  }
}

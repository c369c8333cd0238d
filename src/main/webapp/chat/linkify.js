/**
 * Finds the web addresses in a text that somebody else wrote.
 */

/** @typedef {{text: string, href: string | null}} Part */

// An address ends at white space, at quotes and angle brackets, at the full-width punctuation of Chinese texts, and at
// invisible characters that would make it look like another one.
const ADDRESS = /https?:\/\/[^\s<>"'`“”‘’…—\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3000-\u303f\ufe30-\ufe4f\uff00-\uff65\ufeff]+/giu;
const TRAILING = /[.,;:!?*_~)\]}]$/;

/**
 * The parts of a text; those with an href are links. Only http and https are ever links.
 *
 * @param {string} text
 * @returns {Part[]}
 */
export function linkify(text) {
  /** @type {Part[]} */
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTrailingPunctuation(match[0]);
    const href = hrefOf(address);
    if (!href) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index), href: null });
    parts.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), href: null });
  return parts;
}

/**
 * A sentence's full stop is not part of the address, nor is a closing bracket that it does not open.
 *
 * @param {string} address
 */
function withoutTrailingPunctuation(address) {
  let rest = address;
  while (TRAILING.test(rest) && !closesItsOwn(rest)) rest = rest.slice(0, -1);
  return rest;
}

/** @param {string} address */
function closesItsOwn(address) {
  const pair = { ")": "(", "]": "[", "}": "{" }[address.slice(-1)];
  return pair !== undefined && address.split(pair).length >= address.split(address.slice(-1)).length;
}

/** @param {string} address */
function hrefOf(address) {
  try {
    const url = new URL(address);
    const isWeb = url.protocol === "http:" || url.protocol === "https:";
    // https://bank.example@evil.example leads elsewhere than it seems to.
    return isWeb && url.hostname && !url.username && !url.password ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * Finds the web addresses in a text that somebody else wrote.
 */

/** @typedef {{text: string, href: string | null}} Part */

// An address begins with its scheme, or with www. where no word, path or mail address goes on. It ends at white space, at quotes
// and angle brackets, at the full-width punctuation of Chinese texts, and at invisible characters that would make it look like
// another one.
const ADDRESS =
  /(?:https?:\/\/|(?<![\w@./-])www\.(?=[^\s.]))[^\s<>"'`“”‘’…—\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3000-\u303f\ufe30-\ufe4f\uff00-\uff65\ufeff]+/giu;
const TRAILING = ".,;:!?*_~)]}";
/** By the closing bracket. @type {Record<string, string>} */
const OPENS = { ")": "(", "]": "[", "}": "{" };
/** Characters in an address. What is longer stays text: nobody reads where it leads, and many browsers do not go there. */
const LONGEST = 2048;

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
    const href = address.length <= LONGEST ? hrefOf(address) : null;
    if (!href) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index), href: null });
    parts.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), href: null });
  return parts;
}

/**
 * A sentence's full stop is not part of the address, nor is a closing bracket that it does not open. Looks at each character
 * once or twice, whatever others have written.
 *
 * @param {string} address
 */
function withoutTrailingPunctuation(address) {
  /** @type {Record<string, number>} */
  const count = { "(": 0, ")": 0, "[": 0, "]": 0, "{": 0, "}": 0 };
  for (const char of address) if (char in count) count[char]++;
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1];
    if (!TRAILING.includes(last) || (last in OPENS && count[OPENS[last]] >= count[last])) break;
    if (last in OPENS) count[last]--;
  }
  return address.slice(0, end);
}

/** @param {string} text */
function hrefOf(text) {
  const address = /^www\./i.test(text) ? `https://${text}` : text;
  if (!URL.canParse(address)) return null; // quicker than an exception
  const url = new URL(address);
  const isWeb = url.protocol === "http:" || url.protocol === "https:";
  // https://bank.example@evil.example leads elsewhere than it seems to.
  return isWeb && url.hostname && !url.username && !url.password ? url.href : null;
}

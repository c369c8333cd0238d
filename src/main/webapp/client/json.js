/** JSON of the server, with ids as texts. */

const ID_KEYS = ["id", "messageId", "fromId", "toId", "userId", "fileId", "of"];
const LONG_NUMBER = /("[A-Za-z]+"\s*:\s*)(\d{16,})(?=\s*[,}])/g; // cannot match inside a string, whose quotes are escaped

/**
 * JSON of the server, with ids as texts, also those that a number cannot hold.
 * @param {string} text
 * @returns {any}
 */
export function parseJson(text) {
  const quoted = text.replace(LONG_NUMBER, '$1"$2"');
  return JSON.parse(quoted, (key, value) =>
    typeof value === "number" && ID_KEYS.includes(key) ? String(value) : value,
  );
}

/** @param {string} text @returns {any} null for what is no JSON */
export function jsonOrNull(text) {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

/** @param {unknown} value */
export function textOf(value) {
  return value === undefined || value === null ? "" : String(value);
}

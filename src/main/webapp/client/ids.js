/** User ids, credentials and names for messages, by their characters. */

/** @param {string} text */
export function isUserId(text) {
  return /^\d{1,19}$/.test(text);
}

/** @param {string} text @returns {string | null} null for what is no user's */
export function userIdOf(text) {
  return isUserId(text) ? text.replace(/^0+/, "") || null : null;
}

/** A token or a user id, by its characters: what a header can hold (RFC 6750, section 2.1). @param {string} text */
export function isCredential(text) {
  return /^[\w.~+/-]+=*$/.test(text);
}

/** 128 bits at random; crypto.randomUUID is there on secure pages alone. */
export function randomId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");
}

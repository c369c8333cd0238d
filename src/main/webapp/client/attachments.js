/**
 * Files of messages, in the forms that they have on their way: chosen in a page, kept in a store, said by the server, shown by
 * the model.
 */

import { randomId } from "./ids.js";
import { textOf } from "./json.js";

/** @import { Attachment, FileToSend, StoredFile } from "./types.js" */

/** In one message; the server says in `limits` how many it takes. */
export const MOST_ATTACHMENTS = 9;
/** The server's addresses are good for an hour at least. */
const GOOD_FOR = 50 * 60_000; // ms

/**
 * @param {unknown} raw what the server says of a message's files
 * @param {URL} server its root, which addresses without a host are of
 * @returns {Attachment[]}
 */
export function attachmentsOf(raw, server) {
  return Array.isArray(raw)
    ? raw.filter((each) => /^\d{1,19}$/.test(textOf(each?.fileId))).map((each) => attachmentOf(each, server))
    : [];
}

/**
 * @param {Record<string, any>} raw
 * @param {URL} server
 * @returns {Attachment}
 */
export function attachmentOf(raw, server) {
  const { fileId, name, type, size, width, height, duration, waveform, url, previewUrl } = raw;
  return {
    ...{
      fileId: textOf(fileId),
      clientFileId: null,
      name: textOf(name),
      type: textOf(type),
      size: numberOf(size) ?? 0,
    },
    ...{ width: numberOf(width), height: numberOf(height), duration: numberOf(duration), waveform: textOf(waveform) },
    ...{
      url: addressOf(url, server),
      previewUrl: addressOf(previewUrl, server),
      goodUntil: url ? Date.now() + GOOD_FOR : 0,
    },
    ...{ blob: null, progress: null },
  };
}

/** A front end makes a link or the source of an image of it. @param {unknown} url @param {URL} server */
function addressOf(url, server) {
  const text = textOf(url);
  if (text === "" || !URL.canParse(text, server)) return "";
  const address = new URL(text, server);
  return ["http:", "https:"].includes(address.protocol) ? address.href : "";
}

/** @param {unknown} value */
function numberOf(value) {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

/**
 * What attachmentOf() makes one of; without the addresses, which would be old when it is read.
 * @param {Attachment} attachment
 */
export function fileFrame({ fileId, name, type, size, width, height, duration, waveform }) {
  const known = {
    width: width ?? undefined,
    height: height ?? undefined,
    duration: duration ?? undefined,
    waveform: waveform || undefined,
  };
  return { fileId, name, type, size, ...known };
}

/**
 * @param {FileToSend} given
 * @returns {{stored: StoredFile, blob: Blob | null}} null for what is no file
 */
export function fileToSend(given) {
  if (typeof given === "string" || typeof given === "number" || typeof given === "bigint") {
    return { stored: storedFile({ fileId: String(given) }), blob: null };
  }
  if (given instanceof Blob) return fileToSend({ blob: given });
  const { fileId = null, clientFileId = null, blob = null } = given;
  const own = blob ? { name: nameOf(blob), type: blob.type, size: blob.size } : {};
  const name = fileId === null ? (clientFileId ?? randomId()) : clientFileId;
  const { width, height, duration, waveform } = given;
  const known = { name: given.name || own.name, type: given.type || own.type, size: own.size ?? given.size };
  return { stored: storedFile({ fileId, clientFileId: name, ...known, width, height, duration, waveform }), blob };
}

/** @param {Blob} blob */
function nameOf(blob) {
  return typeof File !== "undefined" && blob instanceof File ? blob.name : "";
}

/** @param {Partial<StoredFile>} known @returns {StoredFile} */
export function storedFile({
  fileId = null,
  clientFileId = null,
  name = "",
  type = "",
  size = 0,
  width = null,
  height = null,
  duration = null,
  waveform = "",
}) {
  return { fileId, clientFileId, name, type, size, width, height, duration, waveform };
}

/**
 * As the model shows one that is on its way.
 * @param {StoredFile} stored
 * @param {Blob | null} blob
 * @param {number | null} progress
 * @returns {Attachment}
 */
export function outgoingAttachment(stored, blob, progress) {
  return { ...storedFile(stored), url: "", previewUrl: "", goodUntil: 0, blob, progress };
}

/**
 * What is known anew of a message's files. Where they are the same they stay the same objects, with the file itself where it was
 * chosen in this page.
 * @param {{attachments: Attachment[]}} message
 * @param {Attachment[]} news
 */
export function becomeAttachments(message, news) {
  if (news.length === 0) return;
  if (news.length !== message.attachments.length) {
    message.attachments = news;
    return;
  }
  news.forEach((one, index) => {
    const known = message.attachments[index];
    const { blob, clientFileId, width, height, url, previewUrl, goodUntil } = known;
    const addresses = one.url === "" && one.fileId === known.fileId ? { url, previewUrl, goodUntil } : {};
    const own = { blob: one.blob ?? blob, clientFileId: one.clientFileId ?? clientFileId };
    Object.assign(known, one, { width: one.width ?? width, height: one.height ?? height }, own, addresses);
  });
}

/** @param {any} value @returns {value is StoredFile} */
export function isStoredFile(value) {
  const { fileId, clientFileId, name, type, size } = value ?? {};
  const isIdOrNull = (/** @type {unknown} */ id) => id === null || typeof id === "string";
  return (
    isIdOrNull(fileId) &&
    isIdOrNull(clientFileId) &&
    (fileId ?? clientFileId) !== null &&
    typeof name === "string" &&
    typeof type === "string" &&
    typeof size === "number"
  );
}

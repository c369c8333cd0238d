/** What the chat makes of files: which it shows itself, what they are called in one line, where they are. */

import { sizeText } from "./texts.js";

/** @import { Attachment, Message } from "../imserver-client.js" */
/** @import { Texts } from "./texts.js" */

/** @typedef {"image" | "audio" | "video" | "file"} Kind */

/** What browsers show safely and the server gives out to be shown; all else is downloaded. */
const IMAGES = ["image/jpeg", "image/png", "image/gif", "image/webp"];
const AUDIO = [
  "audio/webm",
  "audio/mp4",
  "audio/mpeg",
  "audio/ogg",
  "audio/wav",
  "audio/aac",
  "audio/x-m4a",
  "audio/flac",
];
const VIDEO = ["video/mp4", "video/webm", "video/ogg"];

/**
 * The size of an image is known as soon as the server could decode it.
 * @param {Pick<Attachment, "type" | "width" | "height" | "duration">} attachment
 * @returns {Kind}
 */
export function kindOf({ type, width, height, duration }) {
  const name = type.split(";")[0].trim().toLowerCase();
  if (IMAGES.includes(name)) return width && height ? "image" : "file";
  if (AUDIO.includes(name) || (duration !== null && VIDEO.includes(name))) return "audio";
  return VIDEO.includes(name) ? "video" : "file";
}

/** Whether a file that is chosen may be an image. @param {string} type */
export function isImageType(type) {
  return IMAGES.includes(type);
}

/**
 * A message in one line.
 * @param {Pick<Message, "title" | "content" | "attachments">} message
 * @param {Texts} texts
 */
export function lineOf({ title, content, attachments }, texts) {
  const kinds = attachments.map(kindOf);
  const counts = [...new Set(kinds)].map((kind) => ({ kind, count: kinds.filter((one) => one === kind).length }));
  const names = counts.map(({ kind, count }) => (count > 1 ? `${texts.kinds[kind]}×${count}` : texts.kinds[kind]));
  const name = attachments.length === 1 && kinds[0] === "file" ? [attachments[0].name] : [];
  return [...names, title || content, ...(title || content ? [] : name)].filter((part) => part !== "").join(" ");
}

/** "PDF, 1.2 MB". @param {Pick<Attachment, "name" | "size">} attachment */
export function aboutFile({ name, size }) {
  const ending = /\.([A-Za-z0-9]{1,5})$/.exec(name)?.[1].toUpperCase();
  return ending ? `${ending}, ${sizeText(size)}` : sizeText(size);
}

/** Object addresses of what was chosen here, the one used last at the end. @type {Map<Blob, string>} */
const addresses = new Map();
/** Beyond it the oldest are let go: what was sent has an address of the server by then. */
const MOST = 60;

/**
 * Where a file that was chosen in this page can be shown from.
 * @param {Blob} blob
 */
export function objectUrl(blob) {
  const address = addresses.get(blob) ?? URL.createObjectURL(blob);
  addresses.delete(blob);
  addresses.set(blob, address);
  if (addresses.size > MOST) {
    const [oldest, old] = /** @type {[Blob, string]} */ (addresses.entries().next().value);
    addresses.delete(oldest);
    URL.revokeObjectURL(old);
  }
  return address;
}

/** Nobody is signed in any more. */
export function forgetObjectUrls() {
  for (const address of addresses.values()) URL.revokeObjectURL(address);
  addresses.clear();
}

/**
 * Where to show a file from; "" while there is no address.
 * @param {Attachment} attachment
 */
export function sourceOf({ blob, url }) {
  return blob ? objectUrl(blob) : url;
}

/** The smaller image; what moves is shown as it is. @param {Attachment} attachment */
export function previewOf({ blob, url, previewUrl, type }) {
  if (blob) return objectUrl(blob);
  return type === "image/gif" ? url : previewUrl || url;
}

/**
 * The size to show an image in, so that its place is there before it is.
 * @param {{width: number | null, height: number | null}} image
 * @param {number} most pixels, either way
 */
export function fit({ width, height }, most) {
  const [wide, high] = [width || most, height || most];
  const scale = Math.min(1, most / wide, most / high);
  return { width: Math.max(1, Math.round(wide * scale)), height: Math.max(1, Math.round(high * scale)) };
}

/**
 * Pixels of a file that is chosen; null where the browser cannot show it.
 * @param {Blob} blob
 * @returns {Promise<{width: number, height: number} | null>}
 */
export function pixelsOf(blob) {
  return new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve({ width: image.naturalWidth, height: image.naturalHeight });
    image.onerror = () => resolve(null);
    image.src = objectUrl(blob);
  });
}

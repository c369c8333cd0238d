/**
 * Desktop notifications and a sound for what comes in, each off until the user turns it on. Neither is given for what was
 * there when the page was opened, for what this page shows to somebody who looks at it, or for what was read meanwhile, here
 * or on another device. Of several tabs one alone gives them.
 */

import { lineOf } from "./files.js";
import { nameOf } from "./texts.js";

/** @import { Conversation, Message } from "../imserver-client.js" */
/** @import { Texts } from "./texts.js" */

/** @typedef {{notifications: boolean, sound: boolean}} Choice */
/** The newest id, and the latest time, of what a user was told of in this browser. @typedef {{id: number, time: number}} Told */

/** So long it may take until another device, or this page, has reported a message as read. */
const READ_WITHIN = 1500; // ms
/** So long it may take until other tabs see what was kept in the browser. */
const KEPT_WITHIN = 300; // ms
/** Of a text in a notification. */
const LONGEST = 120; // characters
/** Of the browser, whoever is signed in: it is the desktop's owner who chooses. */
const KEY = "im-chat.alerts";
const NOTHING_TOLD = { id: 0, time: 0 };

export class Alerts {
  /** @type {Choice} */
  choice = kept();
  /** What has come in and may be told of. @type {Map<Message, Conversation>} */
  #waiting = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #open;
  /** The one that is shown, or was last. @type {Notification | null} */
  #notification = null;
  /** Counts users, so that what was begun for an earlier one has no effect. */
  #generation = 0;
  /** Under which it is kept what the user was told of; null until it is known who that is. @type {string | null} */
  #toldKey = null;
  /** @type {AudioContext | null} */
  #audio = null;

  /** @param {(userId: string) => void} open shows a conversation, when its notification is clicked */
  constructor(open) {
    this.#open = open;
  }

  /** Whether this page can show notifications at all. */
  get canNotify() {
    return "Notification" in globalThis && globalThis.isSecureContext;
  }

  /** Whether the user or the browser has forbidden them. */
  get isDenied() {
    return this.canNotify && Notification.permission === "denied";
  }

  /**
   * To be called where the user turns one on or off, since the browser asks then alone.
   *
   * @param {Partial<Choice>} change
   */
  async choose(change) {
    if (change.notifications && (await Notification.requestPermission()) !== "granted") change.notifications = false;
    this.choice = { ...this.choice, ...change };
    write(KEY, this.choice);
    if (change.sound) this.#play(); // so that it is known, and the browser lets it be heard later
  }

  /**
   * @param {Conversation} conversation
   * @param {Message} message
   * @param {Texts} texts
   */
  received(conversation, message, texts) {
    if (!this.choice.notifications && !this.choice.sound) return;
    this.#waiting.set(message, conversation);
    this.#timer ??= setTimeout(() => this.#tell(texts), READ_WITHIN);
  }

  /** @param {string} userKey whose messages come in from now on */
  belongTo(userKey) {
    this.#toldKey = `${KEY}.told ${userKey}`;
  }

  /** Another user, or none: nothing of this one is told. */
  end() {
    this.#toldKey = null;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting.clear();
    this.#generation++;
    this.#notification?.close(); // a click on it would open a conversation of the next user
    this.#notification = null;
  }

  /** The same, and forgets what this user was told of. */
  clear() {
    const key = this.#toldKey;
    this.end();
    if (key !== null) remove(key);
  }

  /** @param {Texts} texts */
  async #tell(texts) {
    this.#timer = undefined;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    const generation = this.#generation;
    const isToTell = (/** @type {[Message, Conversation]} */ [message]) =>
      message.unread && !message.recalled && this.#isNotTold(message);
    if (!waiting.some(isToTell)) return;
    await alone(() => {
      const told = generation === this.#generation ? waiting.filter(isToTell) : [];
      if (told.length === 0) return false;
      this.#keepTold(told.map(([message]) => message));
      if (this.choice.sound) this.#play();
      const isLookedAt = document.visibilityState === "visible" && document.hasFocus();
      if (this.choice.notifications && this.canNotify && Notification.permission === "granted" && !isLookedAt)
        this.#notify(told, texts);
      return true;
    });
  }

  /** @returns {Told} */
  get #told() {
    return (this.#toldKey && read(this.#toldKey)) || NOTHING_TOLD;
  }

  /**
   * Whether no tab has told of a message yet. Ids alone do not say that: a server with a new database begins them anew.
   *
   * @param {Message} message
   */
  #isNotTold({ messageId, time }) {
    const told = this.#told;
    return Number(messageId) > told.id || (time ?? 0) > told.time;
  }

  /** @param {Message[]} messages */
  #keepTold(messages) {
    if (this.#toldKey === null) return;
    const id = Math.max(...messages.map(({ messageId }) => Number(messageId)));
    const time = Math.max(this.#told.time, ...messages.map((message) => message.time ?? 0)); // clocks of servers differ
    write(this.#toldKey, { id, time });
  }

  /**
   * @param {[Message, Conversation][]} unread
   * @param {Texts} texts
   */
  #notify(unread, texts) {
    const [message, { user }] = unread[unread.length - 1];
    const title = unread.length === 1 ? nameOf(user, texts) : texts.newMessagesCount(unread.length);
    const body = lineOf(message, texts).slice(0, LONGEST);
    try {
      const notification = new Notification(title, {
        body: unread.length === 1 ? body : texts.says(nameOf(user, texts), body),
        tag: KEY,
      });
      this.#notification = notification;
      notification.onclick = () => {
        window.focus();
        notification.close();
        this.#open(user.id);
      };
    } catch {
      // Android lets a service worker alone show one.
    }
  }

  /** Two short tones, made here: there is nothing to load. */
  #play() {
    try {
      const audio = (this.#audio ??= new AudioContext());
      audio.resume().catch(() => {}); // not before the user has done something in the page
      [660, 880].forEach((frequency, index) => {
        const at = audio.currentTime + index * 0.12;
        const tone = new OscillatorNode(audio, { frequency });
        const volume = new GainNode(audio, { gain: 0 });
        volume.gain.setValueAtTime(0.15, at);
        volume.gain.exponentialRampToValueAtTime(0.001, at + 0.2);
        tone.connect(volume).connect(audio.destination);
        tone.start(at);
        tone.stop(at + 0.2);
      });
    } catch {
      // A device without sound.
    }
  }
}

/**
 * Does something while no other tab does, so that the next one sees what this one has told of.
 *
 * @param {() => boolean} tell whether there was something to tell
 */
async function alone(tell) {
  let isDone = false;
  const tellOnce = () => {
    isDone = true;
    return tell();
  };
  try {
    await navigator.locks.request(KEY, async () => {
      if (tellOnce()) await new Promise((over) => setTimeout(over, KEPT_WITHIN));
    });
  } catch {
    if (!isDone) tellOnce(); // a page or a frame that may have no locks
  }
}

/** @returns {Choice} */
function kept() {
  const { notifications, sound } = read(KEY) ?? {};
  return { notifications: notifications === true, sound: sound === true };
}

/**
 * @param {string} key
 * @returns {any} null where there is nothing, or no storage
 */
function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/**
 * Without storage it holds for as long as the page, and each tab tells.
 *
 * @param {string} key
 * @param {object} value
 */
function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // As said above.
  }
}

/** @param {string} key */
function remove(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // There is nothing then.
  }
}

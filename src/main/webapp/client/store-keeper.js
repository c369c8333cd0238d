/**
 * What a client does with its store: it takes over messages that others have left there, keeps the list of conversations for the
 * next page, and shows other tabs what it holds.
 */

import { KeptState } from "./kept-state.js";
import { OtherTabs } from "./other-tabs.js";

/** @import { Conversations } from "./conversations.js" */
/** @import { State } from "./kept-state.js" */
/** @import { Outgoing } from "./outgoing.js" */
/** @import { Options, OutboxStore } from "./types.js" */

const CLAIM_WITHIN = 500; // ms, at random: of several tabs the first one takes what a closed tab left

/**
 * @typedef {object} KeeperListener
 * @property {() => boolean} isKnown whether it is certain enough who the user is to read from the store
 * @property {() => State | null} atRest what is to be kept
 * @property {(state: State) => void} restore what an earlier page has kept
 */

export class StoreKeeper {
  /** @type {OutboxStore | null} */
  store = null;
  /** Messages of other tabs. */
  tabs;
  /** The list, for the next page. */
  kept;
  #outgoing;
  #model;
  #listener;
  /** @type {((userId: string) => OutboxStore) | null} */
  #make = null;
  /** @type {string | null} */
  #userId = null;
  /** Aborted by close(); null before connect(). @type {AbortSignal | null} */
  #signal = null;

  /**
   * @param {Options["store"]} store
   * @param {URL} server
   * @param {Outgoing} outgoing
   * @param {Conversations} model
   * @param {KeeperListener} listener
   */
  constructor(store, server, outgoing, model, listener) {
    if (typeof store === "function") this.#make = store;
    else this.store = store ?? null;
    this.#outgoing = outgoing;
    this.#model = model;
    this.#listener = listener;
    this.kept = new KeptState(server, listener.atRest);
    this.tabs = new OtherTabs(outgoing, model, () => this.#claimSoon());
  }

  /** Whether there is none, and will be none. */
  get isAbsent() {
    return this.store === null && this.#make === null;
  }

  /**
   * The client connects.
   * @param {AbortSignal} signal of close()
   */
  connect(signal) {
    this.#signal = signal;
    this.#watch();
    this.begin();
    this.claim();
  }

  /**
   * It is known who the user is.
   * @param {string} userId
   */
  learned(userId) {
    this.#userId = userId;
    if (this.#make !== null) {
      this.store ??= this.#make(userId);
      this.#watch();
    }
    this.#outgoing.outbox.belongTo(userId, this.store);
    this.kept.belongTo(userId, this.store, this.#listener.restore);
  }

  /** Where it is connected, or about to be, and known whose client it is. */
  async begin() {
    const signal = this.#signal;
    if (!signal || signal.aborted || this.#userId === null) return;
    this.tabs.begin(this.store, this.#userId);
    await this.kept.loading;
    if (!signal.aborted) this.#model.begin();
  }

  /** The page has come back, after leave(). */
  returned() {
    this.#outgoing.outbox.keep();
    this.begin();
  }

  /** The client is closed, or the page goes away: what it holds is others' to claim. */
  leave() {
    this.kept.save();
    this.store?.release();
    this.tabs.end();
  }

  /** Takes over what a closed page left. */
  async claim() {
    if (this.store === null || !this.#signal || this.#signal.aborted || !this.#listener.isKnown()) return;
    await this.#outgoing.restore(this.store);
  }

  #claimSoon() {
    setTimeout(() => this.claim(), Math.random() * CLAIM_WITHIN);
  }

  /** For what other tabs leave. */
  #watch() {
    const signal = this.#signal;
    if (!signal || signal.aborted) return;
    const unwatch = this.store?.watch?.(() => this.#claimSoon());
    if (unwatch) signal.addEventListener("abort", unwatch);
  }
}

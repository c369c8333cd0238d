/** As much of a browser's BroadcastChannel as the library uses: between tabs of one browser, and not to oneself. */

export class FakeChannel {
  /** @type {Set<FakeChannel>} */
  static #open = new Set();
  /** For each word, whether it comes in. */
  static arrives = () => true;
  #isClosed = false;
  onmessage = null;

  constructor(name) {
    this.name = name;
    FakeChannel.#open.add(this);
  }

  postMessage(data) {
    if (this.#isClosed) throw new DOMException("the channel is closed", "InvalidStateError");
    for (const other of FakeChannel.#open) {
      if (other === this || other.name !== this.name || !FakeChannel.arrives(data)) continue;
      const copy = structuredClone(data);
      queueMicrotask(() => FakeChannel.#open.has(other) && other.onmessage?.({ data: copy }));
    }
  }

  close() {
    this.#isClosed = true;
    FakeChannel.#open.delete(this);
  }

  /** The tabs of a browser are gone without a word. */
  static reset() {
    FakeChannel.#open.clear();
    FakeChannel.arrives = () => true;
  }
}

/** Puts it in the place of the runtime's. */
export function fakeChannels() {
  const { BroadcastChannel } = globalThis;
  FakeChannel.reset();
  globalThis.BroadcastChannel = /** @type {any} */ (FakeChannel);
  return () => {
    FakeChannel.reset();
    globalThis.BroadcastChannel = BroadcastChannel;
  };
}

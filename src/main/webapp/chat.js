// A small client for private messages, in two parts: Chat speaks the protocol (docs/PROTOCOL.md) and knows nothing of
// the page, the functions after it are the page. Standard JavaScript, nothing to build or install: copy what you need.

const ADDRESS = new URL("imserver/", location.href.replace("http", "ws")).href; // beside this page; https becomes wss
const NO_ANSWER_AFTER = 6000; // ms
const RETRIES = 3;
const MAX_READ_IDS = 1000; // in one packet

const CLOSED = {
  1001: "the server is stopping",
  1003: "the server takes no binary frames",
  1006: "the connection was lost",
  1007: "the text was not UTF-8",
  1009: "the message was too large",
  4401: "the token has expired, paste a new one",
  4408: "no answer to the server's pings",
  4409: "connected in too many places, this was the oldest connection",
  4429: "too many failures",
  4508: "this page read too slowly",
};
const RECONNECT_AFTER = new Set([1001, 1006, 4408, 4508]);

/**
 * One user's conversation. Connects again by itself where the protocol says so, and sends a message again until it is
 * answered. Tells what happens by calling
 *   listener.connection(state, words)    "connecting", "open", "waiting" to try again, "closed" here, "ended" there
 *   listener.message({messageId, fromId, userName, content, timestamp})    each message once
 *   listener.outcome(timestamp, "sent" or "failed", reason)                once for each send()
 */
class Chat {
  #credential;
  #listener;
  #socket = null;
  #everOpen = false;
  #reconnects = 0;
  #reconnectTimer;
  #unanswered = new Map(); // by timestamp, which every answer repeats
  #lastTimestamp = 0;
  #seen = new Set(); // ids of messages, since unread ones come again at every connect
  #readIds = [];

  constructor(credential, listener) {
    this.#credential = credential;
    this.#listener = listener;
  }

  connect() {
    const isToken = /^[\w-]+\.[\w-]+\.[\w-]+$/.test(this.#credential);
    const socket = isToken // as a subprotocol, so that no log of addresses gets to hold it
      ? new WebSocket(ADDRESS + "me", ["imserver.v1", `bearer.${this.#credential}`])
      : new WebSocket(ADDRESS + encodeURIComponent(this.#credential));
    socket.onopen = () => this.#opened();
    socket.onmessage = (event) => this.#received(JSON.parse(event.data));
    socket.onclose = (event) => this.#closed(event.code);
    this.#socket = socket;
    this.#listener.connection("connecting", "connecting…");
  }

  disconnect() {
    clearTimeout(this.#reconnectTimer);
    this.#socket.onmessage = this.#socket.onclose = this.#socket.onopen = null;
    this.#socket.close(1000);
    this.#end("closed", "disconnected");
  }

  /** Sends a text to a user id in digits; returns the timestamp by which listener.outcome() will speak of it. */
  send(toId, content) {
    this.#lastTimestamp = Math.max(Date.now(), this.#lastTimestamp + 1);
    const timestamp = String(this.#lastTimestamp);
    const Describe = JSON.stringify({ clientMessageId: randomId() }); // by this the server knows a retry
    const packet = { fromId: null, toId, type: 0, content, timestamp, Describe }; // null: whoever the credential says
    this.#unanswered.set(timestamp, { packet, attempts: 0, reason: "no answer" });
    this.#attempt(this.#unanswered.get(timestamp));
    return timestamp;
  }

  /** Call it when the user has seen the message: else the server pushes it again at the next connect. */
  markRead(messageId) {
    if (this.#readIds.push(messageId) === 1) {
      setTimeout(() => this.#sendReadAcks(), 100); // one packet for all that come at once
    }
  }

  #attempt(message) {
    if (message.attempts++ > RETRIES) {
      this.#settle(message.packet.timestamp, "failed", message.reason);
      return;
    }
    message.timer = setTimeout(() => this.#attempt(message), NO_ANSWER_AFTER);
    this.#write(message.packet);
  }

  #sendReadAcks() {
    while (this.#readIds.length > 0) {
      const ids = this.#readIds.splice(0, MAX_READ_IDS).map(Number);
      this.#write({ fromId: null, toId: 0, type: 1, content: JSON.stringify(ids), timestamp: "", Describe: "" });
    }
  }

  #write(packet) {
    if (this.#socket.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify(packet));
    }
  }

  #received({ fromId, type, content, timestamp, Describe }) {
    const describe = JSON.parse(Describe || "{}");
    if (type === 0) {
      this.#settle(timestamp, "sent");
    } else if (type === 1 && describe.retryable) {
      const message = this.#unanswered.get(timestamp); // counts as no answer: it will be sent again
      if (message) message.reason = describe.code;
    } else if (type === 1) {
      this.#settle(timestamp, "failed", describe.code);
    } else if (type === 2 && this.#seen.has(describe.messageId)) {
      this.markRead(describe.messageId); // the read-ack was lost
    } else if (type === 2) {
      this.#seen.add(describe.messageId);
      this.#listener.message({ ...describe, fromId, content, timestamp });
    }
  }

  #settle(timestamp, outcome, reason) {
    const message = this.#unanswered.get(timestamp);
    if (!message) return; // answered before
    clearTimeout(message.timer);
    this.#unanswered.delete(timestamp);
    this.#listener.outcome(timestamp, outcome, reason);
  }

  #opened() {
    this.#everOpen = true;
    this.#reconnects = 0;
    this.#listener.connection("open", "connected");
    for (const { packet } of this.#unanswered.values()) this.#write(packet);
  }

  #closed(code) {
    const words = `${code}: ${CLOSED[code] ?? "closed"}`;
    if (!this.#everOpen) {
      this.#end("ended", "refused: in jwt mode paste a token");
    } else if (RECONNECT_AFTER.has(code)) {
      const wait = Math.min(30_000, 500 * 2 ** this.#reconnects++) * (0.5 + Math.random() / 2);
      this.#reconnectTimer = setTimeout(() => this.connect(), wait);
      this.#listener.connection("waiting", `${words}; connecting again soon`);
    } else {
      this.#end("ended", words);
    }
  }

  #end(state, words) {
    for (const timestamp of this.#unanswered.keys()) this.#settle(timestamp, "failed", words);
    this.#listener.connection(state, words);
  }
}

function randomId() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("-");
}

// ---- The page ----

function addPanel(title, credential, recipient) {
  const panel = document.getElementById("panel").content.cloneNode(true).querySelector("section");
  const [connectForm, writeForm] = panel.querySelectorAll("form");
  const [connectButton, sendButton] = panel.querySelectorAll("button");
  const status = panel.querySelector(".status");
  const log = panel.querySelector(".log");
  const mine = new Map(); // the elements of sent messages, by timestamp
  let chat = null;

  panel.ariaLabel = panel.querySelector("h2").textContent = title;
  connectForm.credential.value = credential;
  connectForm.recipient.value = recipient;

  const listener = {
    connection(state, words) {
      status.textContent = words;
      status.dataset.state = state;
      if (state === "closed" || state === "ended") chat = null;
      connectButton.className = chat ? "quiet" : "";
      connectButton.textContent = chat ? "Disconnect" : "Connect";
      connectForm.credential.readOnly = chat !== null;
      sendButton.disabled = chat === null;
      if (state !== "connecting") showHealth();
    },
    message({ messageId, fromId, userName, content, timestamp }) {
      show("theirs", fromId === 0 ? "system" : userName, content, clock(timestamp));
      whenVisible(() => chat?.markRead(messageId));
    },
    outcome(timestamp, outcome, reason) {
      const item = mine.get(timestamp);
      item.dataset.state = outcome;
      item.querySelector("small").textContent = reason ? `${outcome}: ${reason}` : `${outcome} ${clock(timestamp)}`;
      mine.delete(timestamp);
    },
  };

  function show(side, who, content, note) {
    const item = document.createElement("li");
    item.className = side;
    for (const [tag, text] of [["b", who], ["p", content], ["small", note]]) {
      item.appendChild(document.createElement(tag)).textContent = text; // as text: others wrote it
    }
    log.firstElementChild.append(item);
    log.scrollTop = log.scrollHeight;
    return item;
  }

  connectForm.onsubmit = (event) => {
    event.preventDefault();
    if (chat) return chat.disconnect();
    chat = new Chat(connectForm.credential.value.trim(), listener);
    chat.connect();
  };

  writeForm.onsubmit = (event) => {
    event.preventDefault();
    if (!chat || !connectForm.recipient.reportValidity()) return;
    const { value } = writeForm.text;
    mine.set(chat.send(connectForm.recipient.value, value), show("mine", "me", value, "sending…"));
    writeForm.reset();
  };

  document.getElementById("panels").append(panel);
}

function clock(timestamp) {
  const date = new Date(Number(timestamp || NaN));
  return isNaN(date) ? "" : date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function whenVisible(action) {
  return document.hidden ? document.addEventListener("visibilitychange", action, { once: true }) : action();
}

async function showHealth() {
  const health = await fetch("api/health").then((response) => response.json()).catch(() => null);
  for (const [id, state] of [["server", health ? "up" : "down"], ["database", health?.database ?? "unknown"]]) {
    const element = document.getElementById(id);
    if (element.textContent !== state) element.textContent = element.dataset.state = state;
  }
}

document.getElementById("address").textContent = ADDRESS;
addPanel("First user", "1", "2");
addPanel("Second user", "2", "1");
showHealth();
setInterval(showHealth, 10_000);

/** Files of messages: uploading them, over cuts and reloads, and where they are. */

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, mock, test } from "node:test";
import { ImClient, LocalOutbox } from "../webapp/imserver-client.js";
import { letClockGo, pass, settle, stopClock } from "./clock.mjs";
import { fakeChannels } from "./channel.mjs";
import { FakeServer2 } from "./fake-server-2.mjs";
import { FakeStorage } from "./storage.mjs";

const MB = 1_000_000;
/** Reading a Blob does not keep Node running, and no timer of the tests does. */
const { setInterval: every, clearInterval: end } = globalThis;
let running;
before(() => (running = every(() => {}, 1000)));
after(() => end(running));

describe("A file", () => {
  let server;
  let clients;

  beforeEach(() => {
    stopClock();
    server = new FakeServer2();
    server.takeFiles();
    clients = [];
  });

  afterEach(() => {
    clients.forEach((client) => client.close());
    letClockGo();
  });

  async function connect(options = {}) {
    const client = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential: "1",
      WebSocket: server.WebSocket,
      fetch: server.fetch,
      ...options,
    });
    clients.push(client);
    client.conversations;
    client.connect();
    await settle();
    return client;
  }

  const jpeg = (text = "abc", name = "photo.jpg") => new File([text], name, { type: "image/jpeg" });
  const asked = () => server.files.asked;
  const failure = (promise) =>
    promise.then(
      () => assert.fail("it was taken"),
      (error) => error,
    );
  const patches = () => asked().filter((each) => each.startsWith("PATCH"));

  test("is uploaded in one request, with its name and what is known of a recording", async () => {
    const client = await connect();
    const photo = await client.upload(jpeg("abc", "假期 & more.jpg"));
    assert.deepEqual(
      [photo.fileId, photo.name, photo.type, photo.size, photo.width, photo.height],
      ["11", "假期 & more.jpg", "image/jpeg", 3, 40, 30],
    );
    assert.match(photo.url, /^http:\/\/127\.0\.0\.1\/teaching\/api\/files\/11\/content\?s=/);
    assert.match(photo.previewUrl, /\/11\/preview\?/);
    const voice = await client.upload(new Blob(["xx"]), { name: "voice.webm", duration: 5200, waveform: "0az" });
    assert.deepEqual([voice.duration, voice.waveform, server.files.get("12").name], [5200, "0az", "voice.webm"]);
    assert.deepEqual(asked(), ["POST", "POST"]);
  });

  test("is refused clearly where the server takes none, says that it is too large, or where it is empty", async () => {
    const client = await connect();
    assert.equal((await failure(client.upload(new Blob([""])))).code, "EMPTY_FILE");
    assert.equal((await failure(client.upload(new Blob(["x".repeat(20 * MB + 1)])))).code, "FILE_TOO_LARGE");
    assert.deepEqual(asked(), []);
    server.features = [];
    const other = await connect();
    assert.equal((await failure(other.upload(jpeg()))).code, "NO_FILES");
    assert.equal((await failure(other.send("7", "", { attachments: [jpeg()] }))).code, "NO_FILES");
    server.protocol = "imserver.v1";
    const older = await connect();
    assert.equal((await failure(older.upload(jpeg()))).code, "NO_FILES");
    assert.deepEqual(asked(), []);
  });

  test("is tried again where that may help, a bounded number of times, by the same name", async () => {
    const client = await connect();
    let refusal = { status: 503, code: "SERVER_BUSY" };
    server.files.refuse = () => refusal;
    const vain = failure(client.upload(jpeg()));
    await pass(120_000, 1000);
    assert.deepEqual([(await vain).code, asked().length], ["SERVER_BUSY", 6]);
    refusal = "cut";
    const uploaded = client.upload(jpeg());
    await pass(3000);
    refusal = null;
    await pass(30_000, 1000);
    assert.equal(server.files.size, 1, "what was heard before it was cut is the same file");
    assert.equal((await uploaded).fileId, "11");
  });

  test("is not tried again where that cannot help", async () => {
    const client = await connect();
    for (const refusal of [
      { status: 413, code: "FILE_TOO_LARGE" },
      { status: 429, code: "FILE_QUOTA" },
      { status: 422, code: "REFUSED_FILE" },
      { status: 409, code: "REUSED_ID" },
    ]) {
      server.files.asked.length = 0;
      server.files.refuse = () => refusal;
      assert.equal((await failure(client.upload(jpeg()))).code, refusal.code);
      assert.deepEqual(asked(), ["POST"]);
    }
  });

  test("that is large goes in parts, and after a cut on from where the server is", async () => {
    const client = await connect();
    const text = "0123456789".repeat(600_000);
    server.files.refuse = (request) => (request === `PATCH 11 ${2 * MB}` ? "cut" : null);
    server.files.through = 1000;
    const told = [];
    const uploaded = client.upload(new File([text], "课件.pdf"), { progress: (share) => told.push(share) });
    await pass(2000);
    const { fileId, name, size } = await uploaded;
    assert.deepEqual([fileId, name, size], ["11", "课件.pdf", text.length]);
    assert.deepEqual(
      asked().filter((each) => !each.startsWith("PATCH")),
      ["POST tus", "HEAD 11", "HEAD 11", "GET 11"],
    );
    const begins = patches().map((each) => Number(each.split(" ")[2]));
    assert.deepEqual(begins, [0, MB, 2 * MB, 2 * MB + 1000, 3 * MB + 1000, 4 * MB + 1000, 5 * MB + 1000]);
    assert.equal(server.files.get("11").bytes, text);
    assert.deepEqual(
      told,
      [...told].sort((one, other) => one - other),
      "never less than before",
    );
  });

  test("that is large is begun anew where the server has forgotten it, and given up where nothing gets through", async () => {
    const client = await connect();
    const blob = new Blob(["x".repeat(6 * MB)]);
    let isForgotten = false;
    server.files.refuse = (request) =>
      request.startsWith("PATCH 11") && (isForgotten ||= patches().length > 2)
        ? { status: 404, code: "NOT_FOUND" }
        : null;
    server.files.hold = async (request) => request === "POST tus" && isForgotten && server.files.remove("11");
    const uploaded = client.upload(blob, { name: "x" });
    await pass(5000);
    assert.equal((await uploaded).fileId, "12");
    server.files.refuse = (request) => (request.startsWith("PATCH") ? "cut" : null);
    server.files.through = 0;
    server.files.asked.length = 0;
    const vain = failure(client.upload(blob, { name: "y" }));
    await pass(120_000, 1000);
    assert.deepEqual([(await vain).code, patches().length], ["NETWORK", 6]);
  });

  test("is uploaded no longer where its signal says so, in the request and between two", async () => {
    const client = await connect();
    const stop = new AbortController();
    server.files.refuse = () => ({ status: 503, code: "SERVER_BUSY" });
    const stopped = failure(client.upload(jpeg(), { signal: stop.signal }));
    await pass(100);
    stop.abort(new Error("enough"));
    assert.equal((await stopped).message, "enough");
    await pass(60_000, 1000);
    assert.deepEqual(asked(), ["POST"]);
    assert.equal(
      (await failure(client.upload(jpeg(), { signal: AbortSignal.abort(new Error("before")) }))).message,
      "before",
    );
  });

  test("has a new address when the one that is known is old, asked for once, and the model has it too", async () => {
    const id = server.files.image("7");
    server.send("7", "1", "", { attachments: [id] });
    const client = await connect();
    const conversation = await client.conversations.open("7");
    const [attachment] = conversation.messages[0].attachments;
    const first = attachment.url;
    assert.equal(await client.fileUrl(id), first);
    assert.match(await client.fileUrl(id, "preview"), /preview/);
    assert.deepEqual(asked(), []);
    mock.timers.tick(51 * 60_000);
    await settle();
    asked().length = 0;
    const [one, other] = await Promise.all([client.fileUrl(id), client.fileUrl(id)]);
    assert.deepEqual([one === other, one !== first, asked()], [true, true, [`GET ${id}`]]);
    assert.equal(attachment.url, one);
    assert.ok(attachment.goodUntil > Date.now());
    server.files.remove(id);
    assert.equal((await failure(client.renewFileUrl(id))).status, 404);
  });

  test("with an address that runs a script has none", async () => {
    const id = server.files.image("7");
    server.files.view = () => ({
      fileId: id,
      name: "x",
      type: "image/jpeg",
      size: 1,
      url: "javascript:alert(1)",
      previewUrl: "data:text/html,x",
    });
    server.send("7", "1", "", { attachments: [id] });
    const client = await connect();
    const [{ url, previewUrl }] = client.conversations.conversation("7").lastMessage.attachments;
    assert.deepEqual([url, previewUrl], ["", ""]);
  });
});

describe("A message with files", () => {
  let server;
  let clients;
  let storage;
  let kept;
  let restore;

  beforeEach(() => {
    stopClock();
    restore = fakeChannels();
    server = new FakeServer2();
    server.takeFiles();
    clients = [];
    storage = new FakeStorage();
    kept = new Map();
  });

  afterEach(() => {
    clients.forEach((client) => client.close());
    restore();
    letClockGo();
  });

  /** With files in memory, where a browser has them in IndexedDB. */
  class Store extends LocalOutbox {
    constructor() {
      super("1", storage);
    }
    async putFile(name, blob) {
      kept.set(name, blob);
      return true;
    }
    async getFile(name) {
      return kept.get(name) ?? null;
    }
  }

  async function connect(options = {}) {
    const client = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential: "1",
      store: new Store(),
      WebSocket: server.WebSocket,
      fetch: server.fetch,
      ...options,
    });
    clients.push(client);
    client.conversations;
    client.connect();
    await settle();
    return client;
  }

  const jpeg = (text = "abc", name = "photo.jpg") => new File([text], name, { type: "image/jpeg" });
  const sends = () =>
    server.commands
      .filter(({ op }) => op === "send")
      .map(({ content, attachments = [] }) => `${content} ${attachments}`);
  const last = (client, other = "7") => client.conversations.conversation(other).lastMessage;
  const failure = (promise) =>
    promise.then(
      () => assert.fail("it was sent"),
      (error) => error,
    );

  test("is shown at once with the files themselves, and sent when they are uploaded", async () => {
    const client = await connect();
    let goOn;
    server.files.hold = () => new Promise((resolve) => (goOn = resolve));
    const file = jpeg();
    const sent = client.send("7", "look", { attachments: [{ blob: file, width: 4, height: 3 }] });
    await settle();
    const message = last(client);
    assert.deepEqual(
      [message.state, message.attachments[0].blob, message.attachments[0].progress, message.attachments[0].width],
      ["sending", file, 0, 4],
    );
    assert.deepEqual(sends(), []);
    goOn();
    await sent;
    await settle();
    assert.deepEqual(sends(), ["look 11"]);
    const [attachment] = message.attachments;
    assert.deepEqual(
      [message.state, attachment.fileId, attachment.progress, attachment.blob, attachment.width],
      ["sent", "11", null, file, 40],
    );
    assert.match(attachment.url, /\/files\/11\/content/);
    assert.deepEqual(client.conversations.conversation("7").messages.length, 1);
  });

  test("comes with its files to the other user, in the event and in the model, and has none when it is recalled", async () => {
    const client = await connect();
    const other = new ImClient({
      server: "http://127.0.0.1/teaching/",
      credential: "7",
      WebSocket: server.WebSocket,
      fetch: server.fetch,
    });
    clients.push(other);
    const shown = [];
    other.addEventListener("message", ({ detail }) => shown.push(detail));
    other.connect();
    await settle();
    const { messageId } = await client.send("7", "", { attachments: [jpeg(), jpeg("x", "notes.txt")] });
    await settle();
    assert.deepEqual(
      shown[0].attachments.map(({ name }) => name),
      ["photo.jpg", "notes.txt"],
    );
    assert.deepEqual(
      last(other, "1").attachments.map(({ fileId, type }) => `${fileId} ${type}`),
      ["11 image/jpeg", "12 application/octet-stream"],
    );
    server.recall("1", messageId);
    await settle();
    for (const message of [last(client), last(other, "1")])
      assert.deepEqual([message.recalled, message.attachments], [true, []]);
  });

  test("takes what was uploaded before, by id or as it was returned, and nothing twice", async () => {
    const client = await connect();
    const file = await client.upload(jpeg());
    await client.send("7", "", { attachments: [file, "11"] });
    assert.deepEqual([sends(), server.files.asked], [[" 11,11"], ["POST"]]);
    assert.equal((await failure(client.send("7", "", { attachments: [] }))).code, "EMPTY_CONTENT");
    assert.equal((await failure(client.send("7", "", { attachments: Array(10).fill(file) }))).code, "TOO_MANY_FILES");
    assert.equal((await failure(client.send("7", "", { attachments: [new Blob([""])] }))).code, "EMPTY_FILE");
  });

  test("lets a text pass that was written after it, and stands after that when it is sent", async () => {
    const client = await connect();
    let goOn;
    server.files.hold = () => new Promise((resolve) => (goOn = resolve));
    const sent = client.send("7", "photo", { attachments: [jpeg()] });
    client.send("7", "text");
    await settle();
    assert.deepEqual(sends(), ["text "]);
    goOn();
    await sent;
    const { messages } = client.conversations.conversation("7");
    assert.deepEqual(
      messages.map(({ content }) => content),
      ["text", "photo"],
    );
  });

  test("outlives the page with its files, and is sent once by the next one", async () => {
    server.protocol = null;
    const first = await connect();
    first.send("7", "look", { attachments: [jpeg(), jpeg("def", "b.jpg")] });
    await settle();
    first.close();
    server.protocol = "imserver.v2";
    const next = await connect();
    await pass(1000);
    assert.deepEqual(sends(), ["look 11,12"]);
    assert.deepEqual(
      ["11", "12"].map((id) => server.files.get(id).bytes),
      ["abc", "def"],
    );
    assert.deepEqual(
      last(next).attachments.map(({ name }) => name),
      ["photo.jpg", "b.jpg"],
    );
    assert.deepEqual(
      [...(storage.items?.keys?.() ?? [])].filter((key) => key.includes("message")),
      [],
    );
  });

  test("whose page went between two files uploads the second alone", async () => {
    const first = await connect();
    server.files.hold = (request) =>
      request === "POST" && server.files.size === 1 ? new Promise(() => {}) : Promise.resolve();
    first.send("7", "two", { attachments: [jpeg(), jpeg("def", "b.jpg")] });
    await settle();
    first.close();
    server.files.hold = async () => {};
    server.files.asked.length = 0;
    await connect();
    await settle();
    assert.deepEqual([sends(), server.files.asked], [["two 11,12"], ["POST"]]);
  });

  test("has failed on the next page where a file was lost, and can be dropped there", async () => {
    server.protocol = null;
    const first = await connect();
    first.send("7", "look", { attachments: [jpeg()] });
    await settle();
    first.close();
    kept.clear();
    server.protocol = "imserver.v2";
    const next = await connect();
    const message = last(next);
    assert.deepEqual([message.state, message.code, sends()], ["failed", "FILE_LOST", []]);
    next.conversations.discard("7", message.clientMessageId);
    assert.deepEqual(next.conversations.conversation("7").messages, []);
  });

  test("waits where the connection is gone, and goes on with the next one", async () => {
    const client = await connect();
    server.files.refuse = () => "cut";
    client.send("7", "look", { attachments: [jpeg()] });
    await settle();
    server.protocol = null;
    server.cut();
    await pass(300_000, 1000);
    assert.equal(last(client).state, "sending");
    server.protocol = "imserver.v2";
    server.files.refuse = () => null;
    await pass(60_000, 1000);
    assert.deepEqual([sends(), last(client).state, server.files.size], [["look 11"], "sent", 1]);
  });

  test("fails where a file is refused, and where the server does not answer though there is a connection; again tries it anew", async () => {
    const client = await connect();
    server.files.refuse = () => ({ status: 422, code: "REFUSED_FILE" });
    const error = await failure(client.send("7", "", { attachments: [jpeg()] }));
    assert.deepEqual([error.code, error.retryable, last(client).code], ["REFUSED_FILE", false, "REFUSED_FILE"]);
    server.files.refuse = () => "cut";
    client.conversations.retry("7", last(client));
    await pass(120_000, 1000);
    assert.deepEqual([last(client).state, last(client).code], ["failed", "NO_ANSWER"]);
    server.files.refuse = () => null;
    client.conversations.retry("7", last(client));
    await settle();
    assert.deepEqual([last(client).state, sends(), server.files.size], ["sent", [" 11"], 1]);
  });

  test("is uploaded anew where the server has forgotten its files, when the user tries it again", async () => {
    const client = await connect();
    server.refuse = ({ op }) => (op === "send" ? "lost" : null);
    client.send("7", "", { attachments: [jpeg()] });
    await settle();
    server.files.remove("11");
    server.refuse = () => null;
    await pass(7000);
    assert.equal(last(client).code, "UNKNOWN_FILE");
    client.conversations.retry("7", last(client));
    await settle();
    assert.deepEqual([last(client).state, sends().at(-1)], ["sent", " 12"]);
  });

  test("is uploaded anew by another tab that tries it again", async () => {
    const [one, other] = [await connect(), await connect()];
    server.refuse = ({ op }) => (op === "send" ? { code: "UNKNOWN_FILE", retryable: false } : null);
    await failure(one.send("7", "", { attachments: [jpeg()] }));
    server.files.remove("11");
    server.refuse = () => null;
    await settle();
    other.conversations.retry("7", last(other));
    await settle();
    assert.deepEqual([sends().at(-1), one.outgoing(), last(one).state], [" 12", [], "sent"]);
  });

  test("is dropped by cancel() while a file is uploaded, and not when it is on its way", async () => {
    const client = await connect();
    const other = await connect();
    let goOn;
    server.files.hold = () => new Promise((resolve) => (goOn = resolve));
    const cancelled = failure(client.send("7", "", { attachments: [jpeg()], clientMessageId: "a" }));
    await settle();
    assert.equal(last(other).attachments[0].name, "photo.jpg", "another tab shows it, without the bytes");
    assert.deepEqual([last(other).attachments[0].blob, last(other).attachments[0].progress], [null, null]);
    assert.equal(other.conversations.cancel("7", "a"), false);
    assert.equal(client.conversations.cancel("7", "a"), true);
    assert.equal((await cancelled).code, "CANCELLED");
    goOn();
    await pass(1000);
    assert.deepEqual([sends(), client.outgoing()], [[], []]);
    for (const tab of [client, other]) assert.deepEqual(tab.conversations.conversation("7").messages, []);
    server.files.hold = async () => {};
    server.refuse = ({ op }) => (op === "send" ? "lost" : null);
    client.send("7", "", { attachments: [jpeg()], clientMessageId: "b" });
    await settle();
    assert.equal(client.conversations.cancel("7", "b"), false);
  });

  test("that has failed is tried again in another tab with the files from the store", async () => {
    const [one, other] = [await connect(), await connect()];
    server.files.refuse = () => ({ status: 422, code: "REFUSED_FILE" });
    await failure(one.send("7", "", { attachments: [jpeg()] }));
    await settle();
    server.files.refuse = () => null;
    other.conversations.retry("7", last(other));
    await settle();
    assert.deepEqual([sends(), one.outgoing()], [[" 11"], []]);
    for (const tab of [one, other]) assert.equal(last(tab).state, "sent");
  });

  test("fails on a connection that takes no files, also where they were uploaded before, and texts go on", async () => {
    const client = await connect();
    const file = await client.upload(jpeg());
    server.refuse = ({ op }) => (op === "send" ? "lost" : null);
    client.send("7", "uploaded", { attachments: [file] });
    await settle();
    server.features = server.features.filter((feature) => feature !== "files");
    server.refuse = () => null;
    server.cut();
    client.send("7", "text");
    await pass(5000);
    const { messages } = client.conversations.conversation("7");
    assert.deepEqual(messages.map(({ content, code }) => `${content} ${code}`).sort(), [
      "text null",
      "uploaded NO_FILES",
    ]);
  });

  test("is in the list that the next page begins with, by its name and without an address", async () => {
    const id = server.files.image("7");
    server.send("7", "1", "", { attachments: [id] });
    const first = await connect();
    await pass(2000);
    first.close();
    server.protocol = null;
    const next = await connect();
    const [{ lastMessage }] = next.conversations.list;
    const [{ fileId, name, width, url, blob, goodUntil }] = lastMessage.attachments;
    assert.deepEqual([fileId, name, width, url, blob, goodUntil], [id, "photo.jpg", 40, "", null, 0]);
  });

  test("goes out in order with others, two messages at once, and no file twice", async () => {
    const client = await connect();
    let running = 0;
    let most = 0;
    server.files.hold = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    };
    for (let i = 0; i < 6; i++) client.send("7", `m${i}`, { attachments: [jpeg(`file ${i}`)] });
    await pass(1000);
    assert.equal(most, 2);
    assert.deepEqual(sends().length, 6);
    assert.equal(server.files.asked.length, 6);
  });
});

/** What the chat does about files: what they are called, and addresses that did not load. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, test } from "node:test";
import { FileAddresses } from "../webapp/chat/file-addresses.js";
import { aboutFile, fit, kindOf, lineOf } from "../webapp/chat/files.js";
import { waveformOf } from "../webapp/chat/recorder.js";
import { lengthText, sizeText, textsFor } from "../webapp/chat/texts.js";
import { letClockGo, pass, settle, stopClock } from "./clock.mjs";

const file = (type, known = {}) => ({
  fileId: "1",
  name: "a.jpg",
  type,
  size: 5,
  width: null,
  height: null,
  duration: null,
  blob: null,
  ...known,
});

describe("The addresses of files", () => {
  let asked;
  let answer;
  let changes;
  let addresses;

  beforeEach(() => {
    stopClock();
    asked = changes = 0;
    answer = async () => {};
    const renewFileUrl = () => (asked++, answer());
    addresses = new FileAddresses({ renewFileUrl, fileUrl: async () => "" }, () => changes++);
  });

  afterEach(() => {
    addresses.end();
    letClockGo();
  });

  const picture = file("image/jpeg");

  test("are asked for three times, however often an image fails, and then no more", async () => {
    for (let i = 0; i < 50; i++) {
      addresses.failed(picture);
      addresses.failed(picture);
      await pass(1000, 500);
    }
    assert.deepEqual([asked, addresses.isGone(picture), addresses.markOf(picture)], [3, true, "#3"]);
    await pass(60_000, 1000);
    assert.equal(asked, 3);
    assert.ok(changes < 10);
  });

  test("are not asked for again where the file is gone, nor for what is here", async () => {
    answer = () => Promise.reject({ status: 404 });
    addresses.failed(picture);
    addresses.failed(file("image/jpeg", { fileId: null }));
    addresses.failed(file("image/jpeg", { fileId: "2", blob: new Blob(["x"]) }));
    await pass(10);
    assert.deepEqual([asked, addresses.isGone(picture)], [1, true]);
    addresses.failed(picture);
    await pass(30_000, 1000);
    assert.equal(asked, 1);
  });

  test("are tried again with the next connection where the network was gone", async () => {
    answer = () => Promise.reject({ status: 0 });
    addresses.failed(picture);
    await pass(10);
    assert.deepEqual([addresses.isGone(picture), addresses.markOf(picture)], [false, ""]);
    addresses.connected();
    assert.equal(addresses.markOf(picture), "#1");
    await settle();
  });
});

describe("A file", () => {
  const en = textsFor(["en"]);
  const zh = textsFor(["zh"]);

  test("is shown by what it is, and only what is safe", () => {
    const image = { width: 4, height: 3 };
    assert.deepEqual(
      ["image/jpeg", "image/png", "image/gif", "image/webp"].map((type) => kindOf(file(type, image))),
      Array(4).fill("image"),
    );
    assert.deepEqual(
      ["image/svg+xml", "text/html", "application/pdf", "image/tiff", ""].map((type) => kindOf(file(type, image))),
      Array(5).fill("file"),
    );
    assert.equal(kindOf(file("image/jpeg")), "file", "what could not be decoded");
    assert.deepEqual(
      [kindOf(file("audio/webm")), kindOf(file("video/webm", { duration: 5 })), kindOf(file("video/mp4"))],
      ["audio", "audio", "video"],
    );
  });

  test("has a name in one line, in both languages", () => {
    const image = file("image/jpeg", { width: 4, height: 3 });
    const message = (attachments, content = "", title = "") => ({ attachments, content, title });
    assert.equal(lineOf(message([image]), en), "[Picture]");
    assert.equal(lineOf(message([image, image, file("audio/webm")], "看"), zh), "[图片]×2 [语音] 看");
    assert.equal(lineOf(message([file("application/pdf", { name: "作业.pdf" })]), zh), "[文件] 作业.pdf");
    assert.equal(lineOf(message([], "text", "title"), en), "title");
    assert.equal(lineOf(message([], ""), en), "");
  });

  test("has a size, an ending, and a place to be shown in", () => {
    assert.deepEqual([0, 999, 1500, 123_456, 20_000_000, 3.2e9].map(sizeText), [
      "0 B",
      "999 B",
      "1.5 KB",
      "123 KB",
      "20 MB",
      "3.2 GB",
    ]);
    assert.deepEqual(
      [aboutFile({ name: "a.pdf", size: 1500 }), aboutFile({ name: "README", size: 5 })],
      ["PDF, 1.5 KB", "5 B"],
    );
    assert.deepEqual([0, 5400, 61_000].map(lengthText), ["0:00", "0:05", "1:01"]);
    assert.deepEqual(fit({ width: 4000, height: 3000 }, 280), { width: 280, height: 210 });
    assert.deepEqual(fit({ width: 100, height: 4000 }, 280), { width: 7, height: 280 });
    assert.deepEqual(fit({ width: 20, height: 10 }, 280), { width: 20, height: 10 });
    assert.deepEqual(fit({ width: null, height: null }, 280), { width: 280, height: 280 });
  });

  test("that was recorded has a sketch of at most 64 characters", () => {
    assert.equal(waveformOf([]), "");
    assert.equal(waveformOf([0, 1, 0]), "0z0");
    const sketch = waveformOf(Array.from({ length: 1200 }, (_, i) => i / 3600));
    assert.match(sketch, /^[0-9a-z]{64}$/);
    assert.ok(sketch.includes("z") && /[0-9]/.test(sketch));
  });
});

/** The parts of the chat that need no page. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { linkify } from "../webapp/chat/linkify.js";
import { isolated, textsFor } from "../webapp/chat/texts.js";
import { UserSearch } from "../webapp/chat/user-search.js";
import { until } from "./fake-server.mjs";

describe("linkify", () => {
  const links = (text) =>
    linkify(text)
      .filter(({ href }) => href)
      .map((part) => part.text);

  test("finds addresses, without what ends a sentence", () => {
    assert.deepEqual(links("see https://a.example/x. (http://b.example/y) and（https://c.example/课程?a=1）。"), [
      "https://a.example/x",
      "http://b.example/y",
      "https://c.example/课程?a=1",
    ]);
    assert.deepEqual(links("https://a.example/wiki/A_(b)) https://a.example/[x]{y}}!?"), [
      "https://a.example/wiki/A_(b)",
      "https://a.example/[x]{y}",
    ]);
    assert.deepEqual(links("http:// https://good.example@evil.example javascript:alert(1) http://[x"), []);
  });

  test("takes what begins with www. for an address, but not within a word, a path or a mail address", () => {
    assert.deepEqual(
      linkify("见 www.school.example/课程，or (WWW.b.example).").filter(({ href }) => href),
      [
        { text: "www.school.example/课程", href: "https://www.school.example/%E8%AF%BE%E7%A8%8B" },
        { text: "WWW.b.example", href: "https://www.b.example/" },
      ],
    );
    assert.deepEqual(links("awww.a.example me@www.a.example /www.a.example www. www.. www"), []);
  });

  test("gives back every character, whatever it is given", () => {
    for (const text of ["", "no link", "http://a.example", "a http://b.example, c http://d.example)"]) {
      assert.equal(
        linkify(text)
          .map((part) => part.text)
          .join(""),
        text,
      );
    }
  });

  test("looks at each character a bounded number of times", () => {
    // Where the time grows with the square these take hours.
    const size = 1_000_000;
    for (const end of [")", "]}", "(", ".", "()", "(".repeat(size / 2) + ")"]) {
      const text = `http://a${end.length > size / 2 ? end : end.repeat(size / end.length)}`;
      assert.equal(
        linkify(text)
          .map((part) => part.text)
          .join(""),
        text,
      );
    }
    for (let i = 0; i < 60; i++) linkify(`http://a${")".repeat(3990)}`);
    assert.equal(links(`http://a${")".repeat(3990)}`)[0], "http://a");
    assert.equal(
      linkify("http://".repeat(size / 8))
        .map((part) => part.text)
        .join("").length,
      (size / 8) * 7,
    );
  });

  test("makes no link of what is longer than an address", () => {
    assert.deepEqual(links(`http://a.example/${"x".repeat(2031)}`).length, 1);
    assert.deepEqual(links(`http://a.example/${"x".repeat(2032)}`), []);
  });
});

describe("The texts", () => {
  const zh = textsFor(["zh-CN"]);
  const en = textsFor(["en-GB"]);
  const keys = (value) =>
    typeof value === "object"
      ? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, keys(each)]))
      : typeof value;

  test("say the same in both languages", () => {
    assert.deepEqual(keys(zh), keys(en));
    for (const problem of Object.keys(en.problems)) {
      assert.match(zh.problems[problem]("http://x.example"), /[\u4e00-\u9fff]/);
      assert.match(en.problems[problem]("http://x.example"), /^[\x20-\x7e]+$/);
    }
    assert.match(zh.problems.ORIGIN("http://x.example"), /http:\/\/x\.example/);
  });

  test("know every failure and close code that users meet", () => {
    for (const { failures, ended } of [zh, en]) {
      assert.ok(
        failures.REUSED_ID && failures.RATE_LIMITED && ended[4403] && ended[4409] && ended[4423] && failures.SUSPENDED,
      );
    }
  });

  test("are not turned around by a name from right to left", () => {
    assert.equal(en.beginning("דנה (x)"), "This is the beginning of your conversation with \u2068דנה (x)\u2069.");
    assert.equal(zh.writeMessage("\u202eevil"), "给\u2068evil\u2069发消息");
    assert.equal(isolated("李华 & Bob"), "李华 & Bob");
  });

  test("are the same object each time", () => assert.equal(textsFor(["zh-CN"]), zh));
});

describe("The search", () => {
  test("says that it is busy, and asks again when the server wants it", async () => {
    const search = new UserSearch(() => states.push(search.state));
    const states = [];
    let asked = 0;
    const api = {
      async findUsers() {
        if (asked++ === 0) throw Object.assign(new Error(), { status: 429, retryAfter: 1 });
        return [{ id: "7", name: "Seven", avatar: "" }];
      },
    };
    search.ask(api, "se");
    await until(() => states.length === 2);
    assert.deepEqual(states, ["busy", "done"]);
    assert.equal(search.people[0].name, "Seven");
  });
});

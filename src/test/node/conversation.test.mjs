/** The order of messages in one conversation, and what becomes of them. */

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Conversation } from "../webapp/client/conversation.js";
import { fromFrame, fromHistory, written } from "../webapp/client/messages.js";

describe("A conversation", () => {
  let conversation;

  beforeEach(() => {
    conversation = new Conversation({ id: "7", name: "seven", avatar: "" });
    conversation.history = "loaded";
  });

  const theirs = (id, more = {}) =>
    fromFrame(
      {
        messageId: String(id),
        from: "7",
        to: "1",
        content: `m${id}`,
        time: "2026-01-01T00:00:00.000Z",
        timestamp: "1",
        ...more,
      },
      "1",
      "0",
    );
  const mine = (id, more = {}) => theirs(id, { from: "1", to: "7", ...more });
  const pending = (name, after, timestamp = "5") =>
    written(
      {
        clientMessageId: name,
        toId: "7",
        content: name,
        timestamp,
        state: "sending",
        messageId: null,
        code: null,
        message: null,
      },
      "1",
      after,
    );
  const keys = () => conversation.messages.map(({ key }) => key);

  test("is sorted by ids, whatever comes first, each once", () => {
    conversation.merge([theirs(5), theirs(3)]);
    conversation.append(theirs(9));
    conversation.merge([theirs(4), theirs(5), mine(8)]);
    assert.deepEqual(keys(), ["3", "4", "5", "8", "9"]);
    assert.equal(conversation.lastMessage.key, "9");
  });

  test("keeps a message that was written here the same when it is stored, by its name", () => {
    conversation.merge([theirs(5)]);
    conversation.messages.push(pending("a", 5));
    const [, message] = conversation.messages;
    conversation.append(mine(7, { clientMessageId: "a", content: "a" }));
    assert.equal(conversation.messages[1], message);
    assert.deepEqual([message.key, message.messageId, message.state], ["a", "7", "sent"]);
  });

  test("and by its mark and text, where that is all that REST says", () => {
    conversation.messages.push(pending("a", 5, "77"));
    const view = {
      messageId: "7",
      fromId: "1",
      toId: "7",
      content: "a",
      timestamp: "77",
      time: "2026-01-01T00:00:00Z",
      read: false,
    };
    conversation.merge([fromHistory(view, "7")]);
    assert.deepEqual(keys(), ["a"]);
  });

  test("puts what is not stored yet where it was written", () => {
    conversation.merge([theirs(5)]);
    conversation.messages.push(pending("a", 5, "1"), pending("b", 5, "2"));
    conversation.append(theirs(6));
    assert.deepEqual(keys(), ["5", "a", "b", "6"]);
  });

  test("has a message recalled for good, also where an older page says otherwise", () => {
    conversation.merge([theirs(5)]);
    conversation.recall("5");
    conversation.recall("4");
    conversation.merge([theirs(4), theirs(5)]);
    conversation.applyKnown();
    assert.deepEqual(
      conversation.messages.map(({ content, recalled, unread }) => [content, recalled, unread]),
      [
        ["", true, false],
        ["", true, false],
      ],
    );
  });

  test("has what is read here not unread, before the server knows", () => {
    conversation.counted = 2;
    conversation.merge([theirs(4), theirs(5)]);
    conversation.markRead(4).forEach((id) => conversation.readHere.add(id));
    assert.equal(conversation.unread, 1);
    conversation.counted = 1;
    conversation.readTo("4");
    assert.equal(conversation.unread, 1);
    conversation.readTo("3");
    assert.equal(conversation.readUpTo, "4", "it does not go back");
  });

  test("lets the oldest go where too many come in", () => {
    conversation.more = false;
    conversation.merge(Array.from({ length: 5000 }, (_, i) => theirs(i + 1)));
    conversation.append(theirs(6000));
    assert.equal(conversation.messages.length, 4001);
    assert.equal(conversation.more, true);
    assert.equal(conversation.messages.at(-1).key, "6000");
  });

  test("keeps of what is written without the history being loaded the newest, and all that is not stored", () => {
    conversation.history = "none";
    const detail = (i, state) => ({
      clientMessageId: `c${i}`,
      toId: "7",
      content: "",
      timestamp: String(i),
      state,
      code: null,
      message: null,
    });
    conversation.outgoing({ ...detail(0, "failed"), messageId: null }, "1");
    for (let i = 1; i <= 1000; i++) {
      conversation.outgoing({ ...detail(i, "sending"), messageId: null }, "1");
      conversation.outgoing({ ...detail(i, "sent"), messageId: String(i) }, "1");
    }
    assert.ok(conversation.messages.length <= 200, String(conversation.messages.length));
    assert.equal(conversation.messages.findLast(({ messageId }) => messageId !== null).key, "c1000");
    assert.ok(keys().includes("c0"));
  });

  test("shows the server's time, and never the sender's mark", () => {
    const message = theirs(5, { timestamp: "9999999999999" });
    assert.equal(message.time, Date.parse("2026-01-01T00:00:00.000Z"));
  });

  test("has a message once that was recalled before its acknowledgement came", () => {
    conversation.messages.push(pending("a", 5));
    conversation.merge([mine(7, { recalled: true })]);
    conversation.merge([mine(7, { recalled: true, clientMessageId: "a" })]);
    conversation.sort();
    assert.deepEqual(keys(), ["7"]);
    conversation.messages.push(pending("b", 7, "6"));
    conversation.merge([mine(8, { recalled: true })]);
    const sent = {
      clientMessageId: "b",
      toId: "7",
      content: "b",
      timestamp: "6",
      state: "sent",
      messageId: "8",
      code: null,
      message: null,
    };
    conversation.outgoing(sent, "1");
    assert.deepEqual(
      conversation.messages.map(({ key, recalled, content }) => [key, recalled, content]),
      [
        ["7", true, ""],
        ["b", true, ""],
      ],
    );
  });

  test("is in the list still when what alone was written in it is discarded", () => {
    conversation.history = "none";
    conversation.setLast(theirs(5));
    conversation.outgoing(
      {
        clientMessageId: "a",
        toId: "7",
        content: "a",
        timestamp: "5",
        state: "failed",
        messageId: null,
        code: "X",
        message: null,
      },
      "1",
    );
    assert.equal(conversation.lastMessage.key, "a");
    conversation.discard("a");
    assert.equal(conversation.lastMessage.key, "5");
  });
});

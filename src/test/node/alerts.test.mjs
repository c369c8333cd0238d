/** Notifications, the sound, and when a day begins. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { Alerts } from "../webapp/chat/alerts.js";
import { onNewDay } from "../webapp/chat/day-change.js";
import { textsFor } from "../webapp/chat/texts.js";
import { FakeStorage } from "./fake-server.mjs";

const texts = textsFor(["en"]);

describe("Alerts", () => {
  let shown;
  let notifications;
  let isLookedAt;
  /** Until the lock is free. @type {Promise<void>} */
  let holding;

  function give(name, value) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }

  beforeEach(() => {
    shown = [];
    notifications = [];
    holding = Promise.resolve();
    newestId = 0;
    isLookedAt = false;
    give("localStorage", new FakeStorage());
    give("isSecureContext", true);
    give("document", {
      get visibilityState() {
        return isLookedAt ? "visible" : "hidden";
      },
      hasFocus: () => isLookedAt,
    });
    give(
      "Notification",
      class {
        static permission = "default";
        static requestPermission = async () => (this.permission = "granted");
        constructor(title, { body }) {
          shown.push([title, body]);
          notifications.push(this);
        }
        close() {
          this.isClosed = true;
        }
      },
    );
    give("navigator", {
      locks: {
        request: (name, held) => (holding = holding.then(() => held({ name }))),
      },
    });
    mock.timers.enable({ apis: ["setTimeout"] });
  });

  afterEach(() => {
    mock.timers.reset();
    for (const name of ["localStorage", "isSecureContext", "document", "Notification"]) delete globalThis[name];
  });

  let newestId;

  const message = (content, time = 0) => ({
    messageId: String(++newestId),
    time,
    content,
    title: "",
    attachments: [],
    unread: true,
    recalled: false,
  });
  const conversation = { user: { id: "7", name: "Seven" } };

  async function pass() {
    mock.timers.tick(1500);
    for (let i = 0; i < 10; i++) await Promise.resolve();
  }

  async function turnedOn() {
    const alerts = new Alerts(() => {});
    alerts.belongTo("server 1");
    await alerts.choose({ notifications: true });
    return alerts;
  }

  test("are off until the user turns them on, and stay as they were chosen", async () => {
    const alerts = new Alerts(() => {});
    alerts.received(conversation, message("hello"), texts);
    await pass();
    assert.deepEqual(shown, []);
    await alerts.choose({ notifications: true });
    assert.deepEqual(new Alerts(() => {}).choice, { notifications: true, sound: false });
  });

  test("stay off where the browser does not allow them", async () => {
    Notification.requestPermission = async () => "denied";
    assert.equal((await turnedOn()).choice.notifications, false);
  });

  test("tell of what nobody has read, and of several once", async () => {
    const alerts = await turnedOn();
    alerts.received(conversation, message("hello"), texts);
    await pass();
    alerts.received(conversation, message("one"), texts);
    alerts.received(conversation, message("two"), texts);
    await pass();
    assert.deepEqual(shown, [
      ["Seven", "hello"],
      ["2 new messages", "Seven: two"],
    ]);
  });

  test("do not tell of what was read meanwhile, or recalled, or is looked at, or after the user is gone", async () => {
    const alerts = await turnedOn();
    const [read, recalled] = [message("read elsewhere"), message("recalled")];
    alerts.received(conversation, read, texts);
    alerts.received(conversation, recalled, texts);
    read.unread = false;
    recalled.recalled = true;
    await pass();
    isLookedAt = true;
    alerts.received(conversation, message("seen"), texts);
    await pass();
    isLookedAt = false;
    alerts.received(conversation, message("another user's"), texts);
    alerts.end();
    await pass();
    assert.deepEqual(shown, []);
  });

  test("of a user who is gone are taken away, and none is shown that was about to be", async () => {
    const alerts = await turnedOn();
    alerts.received(conversation, message("hello"), texts);
    await pass();
    alerts.end();
    assert.deepEqual(
      notifications.map(({ isClosed }) => isClosed),
      [true],
    );
    await pass(); // the lock is given back
    let answer;
    navigator.locks.request = (name, held) => new Promise((over) => (answer = () => over(held({ name }))));
    alerts.received(conversation, message("of the one before"), texts);
    await pass();
    alerts.end();
    answer();
    await pass();
    assert.deepEqual(shown, [["Seven", "hello"]]);
  });

  test("come, too, in a frame that may have no locks", async () => {
    const alerts = await turnedOn();
    navigator.locks.request = async () => {
      throw new DOMException("no locks here", "SecurityError");
    };
    alerts.received(conversation, message("hello"), texts);
    await pass();
    assert.deepEqual(shown, [["Seven", "hello"]]);
  });

  test("come from one of several tabs alone, though the others see late what it has kept", async () => {
    const [one, other] = [await turnedOn(), await turnedOn()];
    const hello = message("hello");
    const { setItem } = FakeStorage.prototype;
    localStorage.setItem = (...item) => setTimeout(() => setItem.apply(localStorage, item), 200);
    one.received(conversation, hello, texts);
    other.received(conversation, hello, texts);
    await pass();
    await pass();
    assert.deepEqual(shown, [["Seven", "hello"]]);
  });

  describe("where the timers of a tab are delayed", () => {
    async function told(alerts, ...messages) {
      for (const each of messages) alerts.received(conversation, each, texts);
      await pass();
      await pass(); // the lock is given back
    }

    test("are not given of what another tab has told of, but of what came later", async () => {
      const [tab, delayed] = [await turnedOn(), await turnedOn()];
      const [one, two, three] = [message("one"), message("two"), message("three")];
      await told(tab, one, two);
      await told(delayed, one, two);
      await told(delayed, two, three);
      await told(tab, three);
      assert.deepEqual(shown, [
        ["2 new messages", "Seven: two"],
        ["Seven", "three"],
      ]);
    });

    test("are given of another user's message, and of the first one of a new database", async () => {
      const [tab, other] = [await turnedOn(), await turnedOn()];
      const anothers = message("another's", 1000);
      await told(tab, message("hello", 1000));
      other.end();
      other.belongTo("server 2");
      await told(other, { ...anothers, messageId: "1" });
      await told(tab, { ...message("anew", 2000), messageId: "1" });
      assert.deepEqual(
        shown.map(([, text]) => text),
        ["hello", "another's", "anew"],
      );
    });

    test("are given where nothing can be kept", async () => {
      const alerts = await turnedOn();
      localStorage.setItem = localStorage.getItem = () => {
        throw new DOMException("no storage here", "SecurityError");
      };
      await told(alerts, message("one"));
      await told(alerts, message("two"));
      assert.deepEqual(
        shown.map(([, text]) => text),
        ["one", "two"],
      );
    });
  });
});

test("A new day is told of once, at midnight", () => {
  const evening = new Date(2026, 10, 27, 23, 58).getTime();
  mock.timers.enable({ apis: ["Date", "setInterval"], now: evening });
  const changed = mock.fn();
  const end = onNewDay(changed);
  mock.timers.tick(60_000);
  assert.equal(changed.mock.callCount(), 0);
  mock.timers.tick(60_000);
  assert.equal(changed.mock.callCount(), 1);
  mock.timers.tick(600_000);
  assert.equal(changed.mock.callCount(), 1);
  end();
  mock.timers.reset();
});

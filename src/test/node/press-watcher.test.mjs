/** A long press of a finger on a message. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { PressWatcher } from "../webapp/chat/press-watcher.js";

describe("A long press", () => {
  const bubble = {};
  const target = { closest: () => bubble };
  let pressed;
  let watcher;

  beforeEach(() => {
    globalThis.window = new EventTarget();
    mock.timers.enable({ apis: ["setTimeout"] });
    pressed = mock.fn();
    watcher = new PressWatcher(pressed);
  });

  afterEach(() => {
    mock.timers.reset();
    delete globalThis.window;
  });

  function down(pointerType) {
    watcher.handleEvent({ type: "pointerdown", target, pointerType, clientX: 100, clientY: 100 });
  }

  function fire(type, fields = {}) {
    const event = Object.assign(new Event(type, { cancelable: true }), fields);
    window.dispatchEvent(event);
    mock.timers.tick(1);
    return event;
  }

  function lift() {
    fire("pointerup");
    return fire("touchend");
  }

  /** Whether the browser's own menu is kept away. */
  function contextMenu() {
    const preventDefault = mock.fn();
    watcher.handleEvent({ type: "contextmenu", target, preventDefault });
    return preventDefault.mock.callCount() === 1;
  }

  test("opens the menu when the finger is lifted, in place of the browser's", () => {
    down("touch");
    mock.timers.tick(500);
    assert.equal(contextMenu(), true);
    assert.equal(pressed.mock.callCount(), 0);
    assert.equal(lift().defaultPrevented, true); // no click, which would close the menu again
    assert.deepEqual(pressed.mock.calls[0].arguments, [bubble]);
    assert.equal(lift().defaultPrevented, false);
    assert.equal(pressed.mock.callCount(), 1);
  });

  test("is none where the finger is lifted sooner, or scrolls", () => {
    down("touch");
    mock.timers.tick(499);
    assert.equal(lift().defaultPrevented, false); // it may be on a link
    down("touch");
    fire("pointermove", { clientX: 100, clientY: 111 });
    mock.timers.tick(1000);
    lift();
    assert.equal(pressed.mock.callCount(), 0);
  });

  test("is none where the finger scrolls after all, nor does the next touch open that menu", () => {
    down("touch");
    mock.timers.tick(500);
    fire("pointercancel");
    down("touch");
    lift();
    assert.equal(pressed.mock.callCount(), 0);
  });

  test("is none of a mouse, which has the browser's menu", () => {
    down("mouse");
    mock.timers.tick(1000);
    lift();
    assert.equal(pressed.mock.callCount(), 0);
    assert.equal(contextMenu(), false);
  });
});

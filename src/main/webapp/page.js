/**
 * The page on which the web chat can be tried: the element <im-chat> in a frame, and who to be in it.
 *
 * Its address takes `#token=…`, which is removed at once, or in open mode `#user=1&with=2` for one user alone.
 */

import { html, render } from "./lib/lit/lit-html.js";
import { keyed } from "./lib/lit/directives/keyed.js";
import "./im-chat.js";

/** @import { ImChat } from "./im-chat.js" */

const HEALTH_EVERY = 10_000; // ms
const WHEN_DOWN = 2000; // ms
/** Two chats beside each other need so much room. */
const ROOM_FOR_TWO = matchMedia("(min-width: 56rem)");

const en = {
  title: "Private messages",
  server: "Server",
  database: "Database",
  up: "up",
  down: "down",
  unknown: "unknown",
  iAm: "I am user",
  change: "Change",
  second: "Add a second user",
  remove: "Remove",
  idHint: "a user id in digits",
  signIn: "Sign in with a token",
  tokenHint:
    "This server takes a signed JSON Web Token with the claims “sub” (the user id) and “exp”. It is kept in this page only.",
  token: "Token",
  connect: "Connect",
  signOut: "Sign out",
  expired: "The token has expired or is not valid. Paste a new one.",
};

/** @type {typeof en} */
const zh = {
  title: "私信",
  server: "服务器",
  database: "数据库",
  up: "正常",
  down: "中断",
  unknown: "未知",
  iAm: "我是用户",
  change: "切换",
  second: "添加第二个用户",
  remove: "移除",
  idHint: "数字用户号",
  signIn: "使用令牌登录",
  tokenHint: "此服务器使用签名的 JSON Web Token，需要 sub（用户号）和 exp。令牌只保存在本页面中。",
  token: "令牌",
  connect: "连接",
  signOut: "退出",
  expired: "令牌已过期或无效，请粘贴新的令牌。",
};

const preferred = navigator.languages.find((language) => /^(zh|en)\b/i.test(language)) ?? "en";
const t = /^zh/i.test(preferred) ? zh : en;

const state = {
  /** @type {{status: string, database: string, authMode: string} | null | undefined} undefined: not asked yet */
  health: undefined,
  /** What the server said last about it. @type {string | undefined} */
  authMode: undefined,
  /** @type {{id: string, with: string}[]} */
  users: [],
  token: "",
  tokenExpired: false,
};

function takeAddress() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  state.token = fragment.get("token") ?? "";
  if (state.token) clearAddress();
  const user = fragment.get("user");
  if (user) state.users = [{ id: user, with: fragment.get("with") ?? "" }];
}

function clearAddress() {
  history.replaceState(null, "", location.pathname + location.search);
}

async function askHealth() {
  try {
    state.health = await fetch("api/health", { cache: "no-store" }).then((response) => response.json());
    state.authMode = state.health?.authMode ?? state.authMode;
  } catch {
    state.health = null;
  }
  show();
  setTimeout(askHealth, state.health?.status === "up" ? HEALTH_EVERY : WHEN_DOWN);
}

function show() {
  for (const element of document.querySelectorAll(".until-loaded")) element.remove();
  render(page(), document.body);
}

function page() {
  return html`
    <header>
      <h1>${t.title}</h1>
      <div role="status">
        <dl class="health">
          ${light(t.server, state.health === undefined ? "unknown" : state.health ? "up" : "down")}
          ${light(t.database, state.health?.database ?? "unknown")}
        </dl>
      </div>
    </header>
    <main>${state.authMode === "open" ? users() : state.authMode === "jwt" ? session() : ""}</main>
  `;
}

/**
 * @param {string} name
 * @param {string} up
 */
function light(name, up) {
  const text = { up: t.up, down: t.down }[up] ?? t.unknown;
  return html`<div><dt>${name}</dt><dd data-state=${up}>${text}</dd></div>`;
}

// ---- Open mode: one user or two ----

function users() {
  return html`<div class="frames">
    ${state.users.map((user, index) =>
      keyed(
        index,
        html`<div class="frame">
          <form class="user" autocomplete="off" @submit=${(/** @type {SubmitEvent} */ event) => changeUser(event, index)}>
            <label for="user-${index}">${t.iAm}</label>
            <input
              id="user-${index}"
              name="id"
              required
              inputmode="numeric"
              pattern="[1-9][0-9]*"
              maxlength="19"
              title=${t.idHint}
              .value=${user.id}
            />
            <button>${t.change}</button>
            ${
              state.users.length === 1 && ROOM_FOR_TWO.matches
                ? html`<button type="button" @click=${addUser}>${t.second}</button>`
                : ""
            }
            ${index > 0 ? html`<button type="button" @click=${removeUser}>${t.remove}</button>` : ""}
          </form>
          <im-chat user=${user.id} with=${user.with} @unread=${countUnread} @conversation=${remember}></im-chat>
        </div>`,
      ),
    )}
  </div>`;
}

/**
 * @param {SubmitEvent} event
 * @param {number} index
 */
function changeUser(event, index) {
  event.preventDefault();
  const { value } = /** @type {HTMLInputElement} */ (
    /** @type {HTMLFormElement} */ (event.target).elements.namedItem("id")
  );
  state.users[index] = { id: value.trim(), with: "" };
  clearAddress(); // it names the user that was
  show();
}

function addUser() {
  state.users.push({ id: state.users[0].id === "2" ? "1" : "2", with: state.users[0].id });
  show();
}

function removeUser() {
  state.users.pop();
  show();
}

// ---- The title, and the browser's back button ----

/** Unread messages of each chat in the page. @type {Map<EventTarget, number>} */
const unread = new Map();

/** @param {CustomEvent<{count: number}>} event */
function countUnread({ currentTarget, detail }) {
  const chat = /** @type {ImChat} */ (currentTarget);
  if (chat.isConnected) unread.set(chat, detail.count);
  else unread.delete(chat);
  const count = [...unread.values()].reduce((sum, each) => sum + each, 0);
  document.title = count > 0 ? `(${count}) ${t.title}` : t.title;
}

/**
 * Where a conversation takes the place of the list, as on a phone, "back" leads to the list.
 *
 * @param {CustomEvent<{userId: string | null, alone: boolean}>} event
 */
function remember({ currentTarget, detail: { userId, alone } }) {
  // Where the window is low, page.css has the page scroll.
  if (userId !== null) /** @type {ImChat} */ (currentTarget).scrollIntoView({ block: "nearest" });
  if (document.querySelectorAll("im-chat").length > 1) return; // there is one "back" for both
  const isRemembered = Boolean(history.state?.conversation);
  if (userId === null && isRemembered) history.back();
  else if (userId !== null && isRemembered) history.replaceState({ conversation: userId }, "");
  else if (userId !== null && alone) history.pushState({ conversation: userId }, "");
}

window.addEventListener("popstate", ({ state: entry }) => {
  const chat = /** @type {ImChat | null} */ (document.querySelector("im-chat"));
  if (entry?.conversation) chat?.open(entry.conversation);
  else chat?.close();
});

// ---- jwt mode ----

function session() {
  const form = html`<form class="sign-in" autocomplete="off" @submit=${signIn}>
    <h2>${t.signIn}</h2>
    <p>${t.tokenHint}</p>
    ${state.tokenExpired ? html`<p role="alert">${t.expired}</p>` : ""}
    <textarea name="token" required spellcheck="false" autocapitalize="off" aria-label=${t.token}></textarea>
    <button class="primary">${t.connect}</button>
  </form>`;
  return html`
    ${!state.token || state.tokenExpired ? form : ""}
    ${
      state.token
        ? html`<div class="frames">
          <div class="frame">
            <form class="user" @submit=${signOut}><button>${t.signOut}</button></form>
            <im-chat token=${state.token} @renew=${renew} @unread=${countUnread} @conversation=${remember}></im-chat>
          </div>
        </div>`
        : ""
    }
  `;
}

/** @param {SubmitEvent} event */
function signIn(event) {
  event.preventDefault();
  const token = /** @type {HTMLTextAreaElement} */ (
    /** @type {HTMLFormElement} */ (event.target).elements.namedItem("token")
  );
  state.token = token.value.trim();
  state.tokenExpired = false;
  show();
}

/** @param {SubmitEvent} event */
function signOut(event) {
  event.preventDefault();
  state.token = "";
  state.tokenExpired = false;
  show();
}

function renew() {
  state.tokenExpired = true;
  show();
}

document.documentElement.lang = t === zh ? "zh-CN" : "en";
document.title = t.title;
takeAddress();
if (state.users.length === 0) {
  state.users = ROOM_FOR_TWO.matches
    ? [
        { id: "1", with: "2" },
        { id: "2", with: "1" },
      ]
    : [{ id: "1", with: "" }];
}
askHealth();
window.addEventListener("hashchange", () => {
  takeAddress();
  show();
});

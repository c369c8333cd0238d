// The typings of <im-chat> against the element itself, and as a page without a framework uses them.
import type { ImChat } from "../../main/webapp/im-chat.js";
import type { ImChatAttributes, ImChatElement } from "imserver-client/im-chat";

type Properties = Exclude<keyof ImChatElement, keyof HTMLElement> | "lang";

/** Each property that is typed is there, and takes what it is said to take. */
export function same(element: ImChat, typed: Pick<ImChatElement, Properties>) {
  const asTyped: Pick<ImChatElement, Properties> = element;
  const asWritten: Pick<ImChat, Properties> = typed;
  return [asTyped, asWritten];
}

/** And each attribute of the element is typed. */
export const attributes: Record<keyof ImChatAttributes, string> = {
  token: "",
  user: "",
  with: "",
  lang: "",
  server: "",
};

const chat = document.createElement("im-chat");
chat.token = "a.b.c";
chat.tokenProvider = async () => "a.b.c";
chat.maxLength = 2000;
chat.open(7);
chat.open("7");
chat.addEventListener("unread", ({ detail }) => (document.title = detail.count.toFixed()));
chat.addEventListener("renew", function (event) {
  this.token = event.type;
});
chat.addEventListener("click", (event) => event.clientX);
document.querySelector("im-chat")?.open("7");

// @ts-expect-error a number of seconds is no token
chat.token = 600;
// @ts-expect-error a provider returns a token, or the promise of one
chat.tokenProvider = () => fetch("/my/chat-token");
// @ts-expect-error there is no such detail
chat.addEventListener("unread", ({ detail }) => detail.total);

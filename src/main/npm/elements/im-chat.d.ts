/** The element <im-chat>, for TypeScript: what im-chat.js defines in the browser. */

/** What the element's attributes say; each is a property too. */
export interface ImChatAttributes {
  /** The user's token; set it again at any time, with a newer one or another user's. */
  token?: string;
  /** In its place, where the server runs in open mode: a user id. */
  user?: string;
  /** Opens the conversation with this user. */
  with?: string;
  /** "zh" or "en", instead of the browser's language. */
  lang?: string;
  /** The server's address up to its context root, where the script comes from elsewhere. */
  server?: string;
}

/** A new token, when one has expired. */
export type TokenProvider = () => string | Promise<string>;

export interface ImChatElement extends HTMLElement, Required<ImChatAttributes> {
  tokenProvider: TokenProvider | null;
  /** The attribute `max-length`: characters in a message; null for as many as the server takes. */
  maxLength: number | null;

  /** Shows the conversation with a user; with a name and an avatar where the page knows them: without a name the directory is asked. */
  open(userId: string | number, user?: { name?: string; avatar?: string }): void;

  /** Goes back to the list. */
  close(): void;
  /** Ends the chat, and removes what is kept in this browser of its user: for the page's sign-out. */
  clear(): void;

  addEventListener<K extends keyof ImChatEventMap>(
    type: K,
    listener: (this: ImChatElement, event: ImChatEventMap[K]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof ImChatEventMap>(
    type: K,
    listener: (this: ImChatElement, event: ImChatEventMap[K]) => unknown,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | EventListenerOptions,
  ): void;
}

/** What the element tells besides the events of every element. */
export interface ImChatOwnEventMap {
  /** The number of unread messages has changed. */
  unread: CustomEvent<{ count: number }>;
  /** A conversation was opened, or closed (null); `alone` where it has taken the place of the list. */
  conversation: CustomEvent<{ userId: string | null; alone: boolean }>;
  /** Without a tokenProvider: a new token is wanted. */
  renew: Event;
  /** So many unsent messages of an earlier version were removed: it is not known who wrote them. */
  discarded: CustomEvent<{ count: number }>;
}

export interface ImChatEventMap extends HTMLElementEventMap, ImChatOwnEventMap {}

declare global {
  interface HTMLElementTagNameMap {
    "im-chat": ImChatElement;
  }
}

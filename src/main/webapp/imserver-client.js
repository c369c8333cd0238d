/**
 * The client's side of the protocol (docs/PROTOCOL.md) for any front end: a standard ES module without dependencies,
 * for browsers, and for other runtimes that have WebSocket, fetch and EventTarget.
 *
 *   import { ImClient } from "https://HOST/teaching/imserver-client.js";
 *   const client = new ImClient({ credential: () => fetch("/my-token").then((answer) => answer.text()) });
 *   client.addEventListener("message", (event) => show(event.detail));
 *   client.connect();
 *   await client.send("7", "hello");
 *
 * Node 22 and later have a WebSocket; with an older one pass that of a package: new ImClient({ server, credential, WebSocket }).
 *
 * The modules are in client/, each for one purpose. ImClient puts the parts together: Credentials and IdentityResolver
 * know who the user is, Connection keeps the socket open, Outgoing gets messages stored, Incoming and ReadAcks look after
 * those that come in.
 *
 * Ids of users and messages are strings of digits everywhere: a user id may be above 2^53, where numbers go wrong.
 */

export * from "./client/types.js";
/** @import { Loading as _Loading, Message as _Message } from "./client/conversation.js" */
/** @typedef {_Message} Message */
/** @typedef {_Loading} Loading */
export { Conversation } from "./client/conversation.js";
export { Conversations } from "./client/conversations.js";
export { ImApi } from "./client/api.js";
export { ApiError, SendError } from "./client/errors.js";
export { ImClient } from "./client/im-client.js";
export { LocalOutbox } from "./client/local-outbox.js";

/**
 * The client's side of the protocol for any front end, of version 2, and of version 1 (docs/PROTOCOL.md) where the server
 * knows no other: standard ES modules without dependencies, for browsers, and for other runtimes that have WebSocket, fetch
 * and EventTarget.
 *
 *   import { ImClient } from "https://HOST/teaching/imserver-client.js";
 *   const client = new ImClient({ credential: () => fetch("/my-token").then((answer) => answer.text()) });
 *   client.addEventListener("message", (event) => show(event.detail));
 *   client.connect();
 *   await client.send("7", "hello");
 *
 * Node 22 and later have a WebSocket; with an older one pass that of a package: new ImClient({ server, credential, WebSocket }).
 *
 * The modules are in client/, each for one purpose. ImClient puts the parts together: Connection keeps the socket open,
 * Credentials, IdentityResolver and Owner know who the user is, Outgoing gets messages stored, with OutgoingFiles and Uploader their files, ReadAcks and ReadMarks get
 * them marked as read, StoreKeeper brings over a reload what is to last. Version1 and Version2 are what a connection speaks: Incoming shows what version 1 pushes, Sync keeps
 * the cursor of version 2, and Backlog fetches what was missed. Conversations is the model to render from.
 *
 * Ids of users and messages are strings of digits everywhere: a user id may be above 2^53, where numbers go wrong.
 */

export * from "./client/types.js";
/** @import { Loading as _Loading } from "./client/conversation.js" */
/** @import { Message as _Message } from "./client/messages.js" */
/** @import { Timing as _Timing } from "./client/timing.js" */
/** @typedef {_Message} Message */
/** @typedef {_Timing} Timing */
/** @typedef {_Loading} Loading */
export { Conversation } from "./client/conversation.js";
export { Conversations } from "./client/conversations.js";
export { ImApi } from "./client/api.js";
export { ApiError, SendError } from "./client/errors.js";
export { ImClient } from "./client/im-client.js";
export { LocalOutbox } from "./client/local-outbox.js";

/** What the parts that fill the model see of it. */

/** @import { Conversation, Loading } from "./conversation.js" */
/** @import { Message } from "./messages.js" */
/** @import { User } from "./types.js" */

/**
 * @typedef {object} ModelBase
 * @property {string} userId the connected user; "" while that is not known
 * @property {Loading} state of the list
 * @property {(userId: string, known?: Partial<User>) => Conversation} of the conversation with a user, which is made where there is none
 * @property {(conversation: Conversation | null) => void} changed null: more than one, or the list
 * @property {(conversation: Conversation, message: Message) => void} received a live message
 * @property {(conversation: Conversation) => void} missed something of its history may be missing
 */

export {};

/** The types that a front end meets: what events, options and stores hold. There is nothing here that runs. */

/** @import { Timing } from "./timing.js" */

export {};

/**
 * "idle" before connect(); "waiting" will try again by itself; "closed" will not, until connect() is called.
 * @typedef {"idle" | "connecting" | "open" | "waiting" | "closed"} State
 */

/**
 * Why there is no connection, as far as requests over REST show:
 *   TOKEN        the credential function failed, or returned what is no credential: an error or a login page, perhaps
 *   UNREACHABLE  nothing answers: the network, the address, or a server that is off
 *   UNAVAILABLE  the server, or a proxy before it, says that it cannot answer now
 *   ADDRESS      something answers that is no imserver
 *   ORIGIN       the server answers, but not to pages of this origin (IMSERVER_ALLOWED_ORIGINS)
 *   WEBSOCKET    the server answers to this page, and lets no connection in: a proxy that passes no WebSocket on, or too many
 *                connects in a short time
 * @typedef {"TOKEN" | "UNREACHABLE" | "UNAVAILABLE" | "ADDRESS" | "ORIGIN" | "WEBSOCKET"} Problem
 */

/**
 * @typedef {object} StateDetail
 * @property {State} state
 * @property {number | null} code the code with which the last connection was closed, 4401 also where the server refused
 *   the credential in the handshake; null where there was none
 * @property {string} reason for developers, in English; "" for none
 * @property {number | null} retryInMs in state "waiting": when the next attempt is made
 * @property {Problem | null} problem in state "waiting": why, until there was a first connection; afterwards TOKEN alone
 */

/**
 * @typedef {object} MessageDetail
 * @property {string} messageId
 * @property {string} fromId "0" for the system
 * @property {string} toId the connected user
 * @property {string} content show it as text, never as HTML: others wrote it
 * @property {string} timestamp the sender's mark, usually milliseconds since 1970; "" for none; not to be trusted
 * @property {string} time when the server took it in, ISO 8601 in UTC; "" where version 1 does not say
 * @property {string} userName the sender's name, or the id where none is known
 * @property {string} headUrl the sender's avatar; "" where none is known
 * @property {Attachment[]} attachments its files; on version 1, where they are lines of the content, none
 */

/**
 * @typedef {object} OutgoingDetail
 * @property {string} clientMessageId
 * @property {string} toId
 * @property {string} content
 * @property {string} timestamp milliseconds since 1970, when send() was called first
 * @property {"sending" | "sent" | "failed"} state
 * @property {string | null} messageId of a sent one
 * @property {string} [time] of a sent one, when the server stored it, ISO 8601 in UTC; only on version 2
 * @property {string | null} code why it failed: a code of the protocol, or one of SendError's
 * @property {string | null} message the same in words, for developers
 * @property {Attachment[]} [attachments] its files, each with how much of it is uploaded
 */

/**
 * What became of a message that was stored.
 * @typedef {{messageId: string, clientMessageId: string, timestamp: string, time?: string}} Sent `time` on version 2
 */

/**
 * @typedef {object} Options
 * @property {string | URL} [server] the application's root; where this module lies unless given
 * @property {string | (() => string | Promise<string>)} credential a JWT, or in open mode a user id in digits. A function
 *   is asked before the first connection and whenever the server no longer takes what it returned; where a string is
 *   refused, that is final. A function that throws is asked again, with back-off.
 *   What it returns is the same user's each time: with another's the client closes, and fires "otheruser".
 * @property {OutboxStore | ((userId: string) => OutboxStore)} [store] keeps outgoing messages, and the list of conversations, over a page reload:
 *   (userId) => new LocalOutbox(userId), which is called when the server has said who the user is, or new LocalOutbox(userId)
 *   where the page knows. Nothing is read from it before the server has said so, over REST or the socket; a credential that
 *   is a user id says so itself.
 * @property {Partial<Timing>} [timing]
 * @property {typeof globalThis.WebSocket} [WebSocket] in place of the runtime's
 * @property {typeof globalThis.fetch} [fetch] in place of the runtime's
 */

/**
 * A message as a store keeps it: plain data.
 * @typedef {object} StoredEntry
 * @property {string} clientMessageId
 * @property {string} toId
 * @property {string} content
 * @property {string} timestamp
 * @property {number} since milliseconds since 1970: when it was queued; the order to send in
 * @property {"sending" | "failed"} state
 * @property {string | null} code
 * @property {string | null} message
 * @property {string | null} [userId] whose it is, as far as that was known
 * @property {StoredFile[]} [attachments] its files
 */

/**
 * A file of a message in a store: plain data, without the bytes.
 * @typedef {object} StoredFile
 * @property {string | null} fileId null until it is uploaded
 * @property {string | null} clientFileId by which the server and the store know it; null of one that was uploaded before it was sent
 * @property {string} name
 * @property {string} type
 * @property {number} size
 * @property {number | null} width
 * @property {number | null} height
 * @property {number | null} duration
 * @property {string} waveform
 */

/**
 * A file of a message. Show the name as text: others wrote it.
 * @typedef {object} Attachment
 * @property {string | null} fileId null until it is uploaded
 * @property {string | null} clientFileId of one that is on its way from here
 * @property {string} name as its sender called it
 * @property {string} type the media type, as the server has found it in the bytes
 * @property {number} size bytes
 * @property {number | null} width pixels of an image that the server could decode; null of all else
 * @property {number | null} height
 * @property {number | null} duration milliseconds of a recording; null of all else
 * @property {string} waveform a sketch of a recording: characters 0 to 9 and a to z, each by how loud it is there; "" for none
 * @property {string} url where it is, without a credential, until `goodUntil`; "" while that is not known. See client.fileUrl().
 * @property {string} previewUrl the same of a smaller image of it; "" where there is none
 * @property {number} goodUntil by Date.now()
 * @property {Blob | null} blob the file itself, where it was chosen in this page: it can be shown before it is uploaded
 * @property {number | null} progress from 0 to 1 while it is being uploaded from this page; null otherwise
 */

/**
 * A file for a message: the id of one that was uploaded, what upload() has returned, a File or Blob, or one with what is known of it.
 * @typedef {string | number | bigint | Blob | NewFile} FileToSend
 * @typedef {object} NewFile
 * @property {Blob | null} [blob]
 * @property {string | null} [fileId] of one that was uploaded
 * @property {string | null} [clientFileId]
 * @property {string} [name]
 * @property {string} [type]
 * @property {number} [size]
 * @property {number | null} [width] pixels, to be shown in while it is uploaded
 * @property {number | null} [height]
 * @property {number | null} [duration] milliseconds, of a recording
 * @property {string} [waveform] of a recording; at most 200 characters
 */

/**
 * @typedef {object} UploadOptions
 * @property {AbortSignal} [signal] ends it
 * @property {(share: number) => void} [progress] is told how much of it is there, from 0 to 1
 * @property {string} [name] in place of the File's own
 * @property {number} [duration] milliseconds, of a recording
 * @property {string} [waveform] of a recording; at most 200 characters
 * @property {string} [clientFileId] what has the same is one file, however often it is uploaded
 */

/**
 * Keeps outgoing messages, and the list of conversations where it can. None of it may throw, and put and remove must have written when they return, since a page
 * can be gone a moment later.
 * @typedef {object} OutboxStore
 * @property {(limit: number, userId: string | null) => StoredEntry[] | Promise<StoredEntry[]>} claim takes over what no
 *   living client holds and is not another user's, the oldest first
 * @property {(entry: StoredEntry) => void} put keeps it, as ours
 * @property {(clientMessageId: string) => void} remove
 * @property {() => void} release lets others claim what is ours: this page goes away
 * @property {(left: () => void) => () => void} [watch] calls `left` when another client may have left something;
 *   returns what ends that
 * @property {(heard: (word: unknown) => void) => {tell: (word: object) => void, end: () => void} | null} [share] passes plain data to the
 *   other clients that are open with the same store, which show what this one holds; null where that cannot be
 * @property {(userId: string) => string | null | undefined | Promise<string | null | undefined>} [loadState] what saveState was given last for this
 *   user; null for nothing
 * @property {(text: string | null, userId: string) => void} [saveState] keeps a text of at most a million characters in place of the one
 *   before, null for none: on version 2 the names, last messages and counts of the user's conversations, so that the next page
 *   shows them at once. Where it cannot, the one before may stay, or nothing.
 * @property {(clientFileId: string, blob: Blob) => Promise<boolean>} [putFile] keeps a file of a message that was given to put() before,
 *   until remove() of that message; resolves with whether it is kept
 * @property {(clientFileId: string) => Promise<Blob | null>} [getFile] null where it has none
 */

/** @typedef {{id: string, name: string, avatar: string}} User a name is the id where none is known, an avatar "" */

/**
 * @typedef {object} HistoryMessage
 * @property {string} messageId
 * @property {string} fromId
 * @property {string} toId
 * @property {string} content
 * @property {string} timestamp the sender's mark
 * @property {string} time when the server took it in, ISO 8601 in UTC
 * @property {boolean} read whether its recipient has read it
 * @property {boolean} [recalled] its sender has taken it back; it has no content any more
 * @property {string} [title] of a notice
 * @property {string} [url] where a notice leads
 * @property {Attachment[]} [attachments] its files
 * @property {"recall"} [kind] this is no message: it says that message `of` was recalled (only with `entries: "all"`)
 * @property {string} [of]
 */

/**
 * What a conversation is to this user, as the server says it; what does not hold may be left out.
 * @typedef {object} ConversationFlags
 * @property {boolean} [stranger] this user has never written to the other one
 * @property {boolean} [blocked]
 * @property {boolean} [muted]
 * @property {boolean} [pinned]
 * @property {boolean} [hidden]
 */

/** Its own list leaves hidden ones out. @typedef {{user: User, lastMessage: HistoryMessage, unread: number} & Omit<ConversationFlags, "hidden">} ConversationEntry */

/**
 * What one may send who has never got a message from the user: as much as the site allows, nothing, or so many messages until the user
 * answers.
 * @typedef {"open" | "closed" | `quota:${number}`} StrangerRule
 */

/** What a user has set of a conversation. @typedef {{blocked: boolean, muted: boolean, pinned: boolean, hidden: boolean}} ConversationSettings */

/** Why a message is reported. @typedef {"spam" | "abuse" | "sexual" | "fraud" | "other"} ReportReason */

/**
 * What the server allows, as it says on version 2; maxFile, in bytes, and maxAttachments, in a message, where it takes files.
 * @typedef {{maxContent: number, recallSeconds: number, maxFile?: number, maxAttachments?: number}} Limits
 */

/** Somebody types: until then, by Date.now(); 0 where it is over. @typedef {{userId: string, until: number}} TypingDetail */

/**
 * The events of ImClient, and their details.
 * @typedef {object} ClientEvents
 * @property {StateDetail} state
 * @property {MessageDetail} message
 * @property {OutgoingDetail} outgoing
 * @property {{messageIds: string[]}} read
 * @property {TypingDetail} typing
 * @property {{userId: string}} user
 * @property {{userId: string}} otheruser
 */

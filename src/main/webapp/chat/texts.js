/**
 * The texts of the chat, in English and Chinese, and how it shows times.
 */

/** @import { Problem, ReportReason } from "../imserver-client.js" */
/** @typedef {typeof en} Texts */

const en = {
  /** The locale by which times are shown: English too has 24 hours in some places. */
  tag: "en",
  chat: "Private messages",
  conversations: "Conversations",
  search: "Name or user id",
  newConversation: "New conversation",
  clearSearch: "Clear the search",
  people: "People",
  /** @param {string} id */
  writeTo: (id) => `Write to user ${id}`,
  searchIsBusy: "Too many searches at once. Try again in a moment.",
  searchIsOff: "Search by name is switched off here. Enter a user id.",
  nobodyFound: "Nobody was found. A user id works too.",
  /** @param {number} count */
  found: (count) => (count === 1 ? "1 result" : `${count} results`),
  noConversations: "No conversations yet",
  noConversationsHint: "Enter a name or a user id above to write to somebody.",
  chooseConversation: "Choose a conversation",
  loading: "Loading…",
  loadFailed: "This could not be loaded.",
  tryAgain: "Try again",
  back: "Back to the conversations",
  /** @param {string} name */
  messagesWith: (name) => `Messages with ${isolated(name)}`,
  /** @param {string} name */
  beginning: (name) => `This is the beginning of your conversation with ${isolated(name)}.`,
  newMessages: "New messages",
  /** @param {number} count */
  jumpToNewest: (count) =>
    count > 0 ? `Jump to ${count} new ${count === 1 ? "message" : "messages"}` : "Jump to the newest message",
  markAllRead: "Mark all as read",
  /** @param {number} count */
  unread: (count) => `${count} unread`,
  you: "You",
  /** @param {string} id */
  userId: (id) => `User ${id}`,
  /** @param {string} name @param {string} text */
  says: (name, text) => `${isolated(name)}: ${isolated(text)}`,
  system: "System",
  systemHint: "Messages of the system cannot be answered.",
  message: "Message",
  /** @param {string} name */
  writeMessage: (name) => `Message ${isolated(name)}`,
  send: "Send",
  sendHint: "Enter sends, Shift+Enter begins a new line.",
  /** @param {number} count */
  charactersLeft: (count) => (count === 1 ? "1 character left" : `${count} characters left`),
  /** @param {number} count */
  charactersTooMany: (count) => `${count} ${count === 1 ? "character" : "characters"} too many`,
  /** @param {number} most */
  tooLong: (most) => `The message is too long: at most ${most} characters.`,
  read: "Read",
  more: "More",
  /** @param {string} text */
  moreOf: (text) => `More: ${isolated(text)}`,
  copy: "Copy",
  copied: "Copied.",
  copyFailed: "The browser did not let it be copied.",
  recall: "Recall",
  conversationMenu: "What to do with this conversation",
  mute: "Mute",
  pin: "Pin to the top",
  hide: "Hide until there is a new message",
  block: "Block this user",
  unblock: "Unblock",
  blockedHint: "You have blocked this user: you get no messages from here.",
  muted: "Muted",
  pinned: "Pinned",
  strangers: "From people you have not written to",
  strangersMay: "Messages from people I have not written to…",
  strangersOpen: "As many as this site allows",
  /** @param {number} count */
  strangersQuota: (count) => (count === 1 ? "One, until I answer" : `${count}, until I answer`),
  strangersClosed: "None",
  notSet: "That could not be done. Try again.",
  tooManyBlocked: "You have blocked too many users. Unblock somebody first.",
  youRecalled: "You recalled a message",
  /** @param {string} name */
  recalledBy: (name) => `${isolated(name)} recalled a message`,
  rewrite: "Edit anew",
  /** Why a message could not be recalled, by failure code. @type {Record<string, string>} */
  recallFailures: {
    RECALL_EXPIRED: "It is too late to recall it.",
    RECALL_OFF: "Messages cannot be recalled here.",
    NOT_FOUND: "There is no such message any more.",
  },
  recallFailed: "It could not be recalled. Try again.",
  report: "Report…",
  reportTitle: "Report this message",
  reportHint: "Whoever runs this site gets the message, with those around it.",
  reportReason: "What is wrong with it?",
  /** @type {Record<ReportReason, string>} */
  reportReasons: {
    spam: "Advertising or spam",
    abuse: "Insult, threat or harassment",
    sexual: "Sexual content",
    fraud: "Fraud",
    other: "Something else",
  },
  reportText: "More about it (optional)",
  reportSend: "Report",
  reported: "It was reported.",
  /** Why a message could not be reported, by failure code. @type {Record<string, string>} */
  reportFailures: {
    RATE_LIMITED: "Too many reports at once. Try again later.",
    REUSED_ID: "You have reported this message before.",
    TOO_MANY_REPORTS: "Too many of your reports are still being looked at.",
    NOT_FOUND: "This message cannot be reported here.",
  },
  reportFailed: "It could not be reported. Try again.",
  cancel: "Cancel",
  typing: "is typing…",
  openNotice: "Open",
  alerts: "Notifications and settings",
  notificationsOn: "Desktop notifications",
  notificationsDenied: "Desktop notifications (the browser does not allow them here)",
  soundOn: "Sound",
  /** @param {number} count */
  newMessagesCount: (count) => `${count} new messages`,
  noFiles: "Pictures and files cannot be sent here.",
  attach: "Attach pictures or files",
  takePhoto: "Take a photo",
  choosePictures: "Photos and videos",
  chooseFiles: "Files",
  attached: "Attached",
  dropHere: "Drop files here to attach them",
  /** @param {string} name */
  removeFile: (name) => `Remove ${isolated(name)}`,
  /** @param {string} name @param {string} most */
  fileTooLarge: (name, most) => `${isolated(name)} is too large: at most ${most}.`,
  /** @param {string} name */
  fileEmpty: (name) => `${isolated(name)} is empty, or a folder.`,
  /** @param {number} most */
  tooManyFiles: (most) => `A message takes at most ${most} files.`,
  /** What a file is called in one line, by its kind. */
  kinds: { image: "[Picture]", audio: "[Voice]", video: "[Video]", file: "[File]" },
  /** @param {string} name @param {number} index @param {number} count */
  picture: (name, index, count) =>
    count > 1 ? `Picture ${index} of ${count}: ${isolated(name)}` : `Picture: ${isolated(name)}`,
  /** @param {string} name */
  video: (name) => `Video: ${isolated(name)}`,
  /** @param {string} name @param {string} about */
  download: (name, about) => `Download ${isolated(name)}, ${about}`,
  save: "Download",
  fileGone: "No longer available",
  /** @param {number} seconds */
  voice: (seconds) => `Voice message, ${seconds} ${seconds === 1 ? "second" : "seconds"}`,
  play: "Play",
  pause: "Pause",
  position: "Position",
  cannotPlay: "This browser cannot play it.",
  /** @param {number} percent */
  uploading: (percent) => `Uploading, ${percent} %`,
  waitsForUpload: "Waits to be uploaded",
  record: "Record a voice message",
  recordHint: "Hold to record and release to send, or press once.",
  recording: "Recording",
  /** @param {number} most */
  recordingFull: (most) => `${most} seconds is the most.`,
  releaseToCancel: "Release to cancel",
  slideToCancel: "Release to send, move away to cancel",
  microphoneDenied: "The browser does not let this page use the microphone.",
  recordFailed: "It could not be recorded.",
  previous: "Previous picture",
  next: "Next picture",
  close: "Close",
  /** @param {number} index @param {number} count */
  pictureOf: (index, count) => `${index} of ${count}`,
  sending: "Sending",
  sent: "Sent",
  notSent: "Not sent",
  remove: "Delete",
  draft: "Draft",
  connecting: "Connecting…",
  offline: "You are offline. Messages are sent when you are back.",
  waiting: "The connection was lost.",
  /** @param {number} seconds */
  retryIn: (seconds) => `Next try in ${seconds} s`,
  reconnect: "Connect now",
  useHere: "Use it here",
  connectionIsBack: "Connected again.",
  renewing: "Your sign-in has expired or was refused. Waiting for a new one…",
  noCredential: "Nobody is signed in.",
  /** Why a connection has ended, by close code. @type {Record<string, string>} */
  ended: {
    1003: "The server did not understand this page.",
    1007: "The server did not understand this page.",
    1009: "A message was too large for the server.",
    4401: "Your sign-in has expired or was refused.",
    4403: "Your access to this chat was ended. Sign in again, or ask whoever runs this site.",
    4409: "This chat is open in too many places, so it was closed here.",
    4423: "A moderator has suspended you. You can use this chat again when the suspension is over.",
    4429: "Too much went wrong, so the server has closed the connection.",
  },
  endedOtherwise: "The connection has ended.",
  /**
   * Why there is no connection, and what to do.
   *
   * @type {Record<Problem, (origin: string) => string>}
   */
  problems: {
    TOKEN: () => "Your sign-in for this chat could not be fetched. If this stays, reload the page and sign in again.",
    UNREACHABLE: () =>
      "The chat server cannot be reached. If your network works, the server is off or its address is wrong.",
    UNAVAILABLE: () => "The chat server is not available at the moment.",
    ADDRESS: () => "There is no chat server at this address. Whoever runs this site has to correct it.",
    ORIGIN: (origin) =>
      `The chat server does not accept this page. Its operator has to allow ${origin} (IMSERVER_ALLOWED_ORIGINS).`,
    WEBSOCKET: () =>
      "The chat server answers, but lets no connection in. If this stays, a proxy in between does not pass WebSocket on.",
  },
  /** Why a message was not sent, by failure code. @type {Record<string, string>} */
  failures: {
    CONTENT_TOO_LONG: "It is too long.",
    EMPTY_CONTENT: "It is empty.",
    INVALID_RECIPIENT: "There is no such user.",
    UNKNOWN_RECIPIENT: "There is no such user.",
    BLOCKED: "This user takes no messages from you.",
    STRANGER: "This user takes no more messages from you before answering.",
    SUSPENDED: "A moderator has suspended you from writing.",
    TOO_MANY_RECIPIENTS: "You have begun too many conversations within an hour.",
    REFUSED_CONTENT: "The message has a word that is not allowed here.",
    REFUSED_BY_HOST: "This message is not allowed here.",
    REUSED_ID: "Another message was sent under its name.",
    ID_TAKEN: "Another message was sent under its name.",
    RATE_LIMITED: "Too many messages at once.",
    SERVER_BUSY: "The server is busy.",
    STORAGE_UNAVAILABLE: "The server cannot store it now.",
    NO_ANSWER: "The server did not answer.",
    NOT_CONNECTED: "There is no connection.",
    OUTBOX_FULL: "Too many messages are waiting.",
    NO_FILES: "Files cannot be sent here.",
    FILE_TOO_LARGE: "A file is too large.",
    EMPTY_FILE: "A file is empty.",
    TOO_MANY_FILES: "It has too many files.",
    FILE_QUOTA: "You have sent too many files today.",
    REFUSED_FILE: "A file was found to be harmful.",
    UNKNOWN_FILE: "A file was removed from the server.",
    FILE_LOST: "A file was lost when the page was closed. Choose it again.",
    FILE_REFUSED: "The server does not take a file.",
  },
  yesterday: "Yesterday",
  today: "Today",
  /** @param {string} name */
  announceElsewhere: (name) => `New message from ${isolated(name)}`,
};

/** @type {Texts} */
const zh = {
  tag: "zh-CN",
  chat: "私信",
  conversations: "会话",
  search: "姓名或用户号",
  newConversation: "发起会话",
  clearSearch: "清除搜索",
  people: "用户",
  writeTo: (id) => `给用户 ${id} 写私信`,
  searchIsBusy: "搜索过于频繁，请稍后再试。",
  searchIsOff: "这里没有开启按姓名搜索，请输入用户号。",
  nobodyFound: "没有找到用户，也可以输入用户号。",
  found: (count) => `${count} 个结果`,
  noConversations: "还没有会话",
  noConversationsHint: "在上方输入姓名或用户号，开始写私信。",
  chooseConversation: "请选择一个会话",
  loading: "加载中…",
  loadFailed: "加载失败。",
  tryAgain: "重试",
  back: "返回会话列表",
  messagesWith: (name) => `与${isolated(name)}的消息`,
  beginning: (name) => `这是你与${isolated(name)}会话的开头。`,
  newMessages: "新消息",
  jumpToNewest: (count) => (count > 0 ? `跳到 ${count} 条新消息` : "跳到最新消息"),
  markAllRead: "全部标为已读",
  unread: (count) => `${count} 条未读`,
  you: "我",
  userId: (id) => `用户 ${id}`,
  says: (name, text) => `${isolated(name)}：${isolated(text)}`,
  system: "系统通知",
  systemHint: "系统通知不能回复。",
  message: "消息",
  writeMessage: (name) => `给${isolated(name)}发消息`,
  send: "发送",
  sendHint: "按 Enter 发送，按 Shift+Enter 换行。",
  charactersLeft: (count) => `还可输入 ${count} 字`,
  charactersTooMany: (count) => `超出 ${count} 字`,
  tooLong: (most) => `消息过长：最多 ${most} 字。`,
  read: "已读",
  more: "更多",
  moreOf: (text) => `更多：${isolated(text)}`,
  copy: "复制",
  copied: "已复制。",
  copyFailed: "浏览器不允许复制。",
  recall: "撤回",
  conversationMenu: "会话操作",
  mute: "消息免打扰",
  pin: "置顶",
  hide: "隐藏，直到有新消息",
  block: "拉黑该用户",
  unblock: "解除拉黑",
  blockedHint: "你已拉黑该用户，不会收到对方的消息。",
  muted: "免打扰",
  pinned: "已置顶",
  strangers: "陌生人消息",
  strangersMay: "接收陌生人消息…",
  strangersOpen: "按本站规定",
  strangersQuota: (count) => `我回复前最多 ${count} 条`,
  strangersClosed: "不接收",
  notSet: "操作失败，请重试。",
  tooManyBlocked: "拉黑的用户过多，请先解除一些。",
  youRecalled: "你撤回了一条消息",
  recalledBy: (name) => `${isolated(name)}撤回了一条消息`,
  rewrite: "重新编辑",
  recallFailures: {
    RECALL_EXPIRED: "已超过可撤回的时间。",
    RECALL_OFF: "这里不能撤回消息。",
    NOT_FOUND: "该消息已不存在。",
  },
  recallFailed: "撤回失败，请重试。",
  report: "举报…",
  reportTitle: "举报这条消息",
  reportHint: "本站管理员会看到这条消息及其前后的消息。",
  reportReason: "这条消息有什么问题？",
  reportReasons: {
    spam: "广告或垃圾信息",
    abuse: "辱骂、威胁或骚扰",
    sexual: "色情内容",
    fraud: "诈骗",
    other: "其他",
  },
  reportText: "补充说明（选填）",
  reportSend: "提交举报",
  reported: "已举报。",
  reportFailures: {
    RATE_LIMITED: "举报过于频繁，请稍后再试。",
    REUSED_ID: "你已举报过这条消息。",
    TOO_MANY_REPORTS: "你有过多的举报尚待处理。",
    NOT_FOUND: "无法举报这条消息。",
  },
  reportFailed: "举报失败，请重试。",
  cancel: "取消",
  typing: "正在输入…",
  openNotice: "查看",
  alerts: "通知与设置",
  notificationsOn: "桌面通知",
  notificationsDenied: "桌面通知（浏览器不允许）",
  soundOn: "提示音",
  newMessagesCount: (count) => `${count} 条新消息`,
  noFiles: "这里不能发送图片和文件。",
  attach: "添加图片或文件",
  takePhoto: "拍照",
  choosePictures: "图片和视频",
  chooseFiles: "文件",
  attached: "待发送的文件",
  dropHere: "将文件拖到此处即可添加",
  removeFile: (name) => `移除${isolated(name)}`,
  fileTooLarge: (name, most) => `${isolated(name)}太大：最大 ${most}。`,
  fileEmpty: (name) => `${isolated(name)}是空文件或文件夹。`,
  tooManyFiles: (most) => `一条消息最多 ${most} 个文件。`,
  kinds: { image: "[图片]", audio: "[语音]", video: "[视频]", file: "[文件]" },
  picture: (name, index, count) =>
    count > 1 ? `图片 ${index}/${count}：${isolated(name)}` : `图片：${isolated(name)}`,
  video: (name) => `视频：${isolated(name)}`,
  download: (name, about) => `下载${isolated(name)}，${about}`,
  save: "下载",
  fileGone: "已失效",
  voice: (seconds) => `语音消息，${seconds} 秒`,
  play: "播放",
  pause: "暂停",
  position: "播放位置",
  cannotPlay: "此浏览器无法播放。",
  uploading: (percent) => `正在上传，${percent}%`,
  waitsForUpload: "等待上传",
  record: "录制语音消息",
  recordHint: "按住录音，松开发送；也可以点按一次开始。",
  recording: "正在录音",
  recordingFull: (most) => `最长 ${most} 秒。`,
  releaseToCancel: "松开取消",
  slideToCancel: "松开发送，移开取消",
  microphoneDenied: "浏览器不允许此页面使用麦克风。",
  recordFailed: "录音失败。",
  previous: "上一张",
  next: "下一张",
  close: "关闭",
  pictureOf: (index, count) => `${index}/${count}`,
  sending: "发送中",
  sent: "已发送",
  notSent: "未发送",
  remove: "删除",
  draft: "草稿",
  connecting: "正在连接…",
  offline: "网络已断开，恢复后会自动发送消息。",
  waiting: "连接已断开。",
  retryIn: (seconds) => `${seconds} 秒后重试`,
  reconnect: "立即连接",
  useHere: "在此处使用",
  connectionIsBack: "已重新连接。",
  renewing: "登录已过期或被拒绝，正在等待续期…",
  noCredential: "尚未登录。",
  ended: {
    1003: "服务器无法理解此页面。",
    1007: "服务器无法理解此页面。",
    1009: "消息过大，服务器无法接收。",
    4401: "登录已过期或被拒绝。",
    4403: "您使用私信的权限已被终止。请重新登录，或联系本站管理员。",
    4409: "私信在太多地方打开，此处已断开。",
    4423: "管理员已暂停您使用私信。暂停结束后即可重新使用。",
    4429: "出错过多，服务器已断开连接。",
  },
  endedOtherwise: "连接已结束。",
  problems: {
    TOKEN: () => "无法获取私信的登录凭证。如果一直这样，请刷新页面并重新登录。",
    UNREACHABLE: () => "无法连接私信服务器。如果您的网络正常，则服务器已关闭或地址有误。",
    UNAVAILABLE: () => "私信服务器暂时不可用。",
    ADDRESS: () => "此地址没有私信服务器，请本站管理员更正。",
    ORIGIN: (origin) => `私信服务器不接受此页面。请其管理员允许 ${origin}（IMSERVER_ALLOWED_ORIGINS）。`,
    WEBSOCKET: () => "私信服务器有应答，但未能建立连接。如果一直这样，可能是中间的代理没有转发 WebSocket。",
  },
  failures: {
    CONTENT_TOO_LONG: "内容过长。",
    EMPTY_CONTENT: "内容为空。",
    INVALID_RECIPIENT: "该用户不存在。",
    UNKNOWN_RECIPIENT: "该用户不存在。",
    BLOCKED: "对方不接收你的消息。",
    STRANGER: "对方回复之前，你不能再发送消息。",
    SUSPENDED: "管理员已暂停您发送消息。",
    TOO_MANY_RECIPIENTS: "一小时内新建的会话过多。",
    REFUSED_CONTENT: "消息含有本站不允许的词语。",
    REFUSED_BY_HOST: "本站不允许发送这条消息。",
    REUSED_ID: "此消息的编号已用于另一条消息。",
    ID_TAKEN: "此消息的编号已用于另一条消息。",
    RATE_LIMITED: "发送过于频繁。",
    SERVER_BUSY: "服务器繁忙。",
    STORAGE_UNAVAILABLE: "服务器暂时无法保存。",
    NO_ANSWER: "服务器没有应答。",
    NOT_CONNECTED: "没有连接。",
    OUTBOX_FULL: "等待发送的消息过多。",
    NO_FILES: "这里不能发送文件。",
    FILE_TOO_LARGE: "文件太大。",
    EMPTY_FILE: "文件是空的。",
    TOO_MANY_FILES: "文件过多。",
    FILE_QUOTA: "今天发送的文件过多。",
    REFUSED_FILE: "文件未通过安全检查。",
    UNKNOWN_FILE: "文件已从服务器移除。",
    FILE_LOST: "页面关闭时文件已丢失，请重新选择。",
    FILE_REFUSED: "服务器不接受该文件。",
  },
  yesterday: "昨天",
  today: "今天",
  announceElsewhere: (name) => `${isolated(name)}发来新消息`,
};

/**
 * The texts of the first language that there are texts for, English where there is none.
 *
 * @param {readonly string[]} languages BCP 47 tags, the preferred first
 * @returns {Texts}
 */
export function textsFor(languages) {
  const language = languages.find((tag) => /^(zh|en)\b/i.test(tag));
  if (language === undefined) return en;
  let made = textsByTag.get(language);
  if (!made) textsByTag.set(language, (made = { ...(/^zh/i.test(language) ? zh : en), tag: language }));
  return made;
}

/** The same object each time, so that nothing is drawn anew for it. @type {Map<string, Texts>} */
const textsByTag = new Map();

/** Letters that are written from right to left, and what turns the direction of a text. */
const TURNS =
  /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const MARKS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * A name or a text of others, for a sentence: that which is written from right to left must not turn what stands around it.
 *
 * @param {string} text
 */
export function isolated(text) {
  return TURNS.test(text) ? `\u2068${text.replace(MARKS, "")}\u2069` : text;
}

/**
 * The server gives the id for a name where it knows none.
 *
 * @param {{id: string, name: string}} user
 * @param {Texts} texts
 */
export function nameOf({ id, name }, texts) {
  if (name !== id) return name;
  return id === "0" ? texts.system : texts.userId(id);
}

/** Of so much it is shown how much. @type {[number, string][]} */
const UNITS = [
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "KB"],
];

/** @param {number} bytes */
export function sizeText(bytes) {
  const [unit, name] = UNITS.find(([least]) => bytes >= least) ?? [1, "B"];
  const amount = bytes / unit;
  return `${amount < 10 && unit > 1 ? Math.round(amount * 10) / 10 : Math.round(amount)} ${name}`;
}

/** Minutes and seconds. @param {number} milliseconds */
export function lengthText(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * @param {number} time
 * @param {Texts} texts
 */
export function clock(time, { tag }) {
  return format(time, tag, { hour: "2-digit", minute: "2-digit" });
}

/**
 * A day, as a heading.
 *
 * @param {number} time
 * @param {Texts} texts
 */
export function day(time, texts) {
  const ago = daysAgo(time);
  if (ago === 0) return texts.today;
  if (ago === 1) return texts.yesterday;
  const thisYear = new Date(time).getFullYear() === new Date().getFullYear();
  return format(time, texts.tag, {
    year: thisYear ? undefined : "numeric",
    month: "long",
    day: "numeric",
    weekday: "short",
  });
}

/**
 * As short as a list allows: the time today, the day before that.
 *
 * @param {number} time
 * @param {Texts} texts
 */
export function shortTime(time, texts) {
  const ago = daysAgo(time);
  if (ago <= 0) return clock(time, texts);
  if (ago === 1) return texts.yesterday;
  if (ago < 7) return format(time, texts.tag, { weekday: "short" });
  return format(time, texts.tag, { year: "2-digit", month: "numeric", day: "numeric" });
}

/** @param {number} time */
export function dayNumber(time) {
  const date = new Date(time);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

/** @param {number} time */
function daysAgo(time) {
  return dayNumber(Date.now()) - dayNumber(time);
}

/** Made once: making one takes longer than using it. @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {number} time
 * @param {string} tag
 * @param {Intl.DateTimeFormatOptions} options
 */
function format(time, tag, options) {
  const key = tag + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(tag, options)));
  return made.format(time);
}

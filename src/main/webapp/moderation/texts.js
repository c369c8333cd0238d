/** What the page of the moderators says, in English and Chinese. */

const en = {
  title: "Moderation",
  loading: "Loading…",
  signIn: "Sign in with a token",
  tokenHint: "This server takes a signed JSON Web Token with the role of moderators. It is kept in this page only.",
  token: "Token",
  connect: "Sign in",
  signOut: "Sign out",
  openMode: "This server is in open mode: anybody is a moderator here.",
  sections: "Sections",
  reports: "Reports",
  suspensions: "Suspended users",
  audit: "What was done",
  open: "Open",
  closed: "Closed",
  state: "State",
  older: "Show older ones",
  more: "Show more",
  noReports: "No reports.",
  noSuspensions: "Nobody is suspended.",
  noActions: "Nothing was done yet.",
  backToReports: "Back to the reports",
  /** @param {number} id */
  report: (id) => `Report ${id}`,
  reporter: "Reported by",
  reported: "About",
  system: "the system",
  reason: "Reason",
  text: "Text",
  time: "Time",
  /** @param {number} count */
  countOf: (count) => (count === 1 ? "1 message" : `${count} messages`),
  messages: "Messages as they were reported",
  named: "reported",
  recalledBefore: "recalled before the report",
  /** @param {string} from @param {string} to */
  fromTo: (from, to) => `${from} to ${to}`,
  remove: "Remove…",
  removeForBoth: "Remove for both",
  suspend: "Suspend",
  suspendUser: "Suspend a user",
  /** @param {string} name */
  suspendThis: (name) => `Suspend ${name}`,
  userId: "User id",
  scope: "From",
  scopes: { write: "writing", all: "everything" },
  duration: "For",
  durations: { day: "a day", week: "a week", month: "30 days", year: "a year", ever: "ever" },
  why: "Why",
  until: "Until",
  since: "Since",
  by: "By",
  host: "the host application",
  end: "End it now",
  /** @param {string} name */
  endOf: (name) => `End the suspension of ${name} now`,
  close: "Close the report",
  outcome: "Outcome",
  outcomes: { upheld: "it was right", dismissed: "nothing is to be done" },
  note: "Note",
  reasons: { spam: "spam", abuse: "abuse", sexual: "sexual", fraud: "fraud", other: "other" },
  actions: {
    suspend: "suspended a user",
    "end-suspension": "ended a suspension",
    "remove-message": "removed a message",
    "close-report": "closed a report",
  },
  aReport: "Report",
  user: "User",
  message: "Message",
  detail: "Detail",
  done: "Done.",
  failures: {
    UNAUTHORIZED: "The token has expired or is not valid. Paste a new one.",
    FORBIDDEN: "This is not the credential of a moderator.",
    NOT_FOUND: "There is no such thing any more.",
    REPORT_CLOSED: "Somebody else has closed the report.",
    BAD_REQUEST: "The server did not understand that. Check what you have entered.",
    RATE_LIMITED: "Too much at once. Wait a moment.",
    SUSPENDED: "You are suspended yourself.",
  },
  failed: "That did not work. Try again.",
};

/** @typedef {typeof en} Texts */

/** @type {Texts} */
const zh = {
  title: "管理",
  loading: "正在加载…",
  signIn: "使用令牌登录",
  tokenHint: "此服务器使用签名的 JSON Web Token，并需要管理员角色。令牌只保存在本页面中。",
  token: "令牌",
  connect: "登录",
  signOut: "退出",
  openMode: "此服务器处于开放模式：任何人都是管理员。",
  sections: "栏目",
  reports: "举报",
  suspensions: "被暂停的用户",
  audit: "操作记录",
  open: "待处理",
  closed: "已处理",
  state: "状态",
  older: "显示更早的",
  more: "显示更多",
  noReports: "没有举报。",
  noSuspensions: "没有被暂停的用户。",
  noActions: "还没有任何操作。",
  backToReports: "返回举报列表",
  report: (id) => `举报 ${id}`,
  reporter: "举报人",
  reported: "被举报人",
  system: "系统",
  reason: "原因",
  text: "说明",
  time: "时间",
  countOf: (count) => `${count} 条消息`,
  messages: "举报时的消息",
  named: "被举报",
  recalledBefore: "举报之前已撤回",
  fromTo: (from, to) => `${from} 发给 ${to}`,
  remove: "删除…",
  removeForBoth: "为双方删除",
  suspend: "暂停",
  suspendUser: "暂停用户",
  suspendThis: (name) => `暂停 ${name}`,
  userId: "用户号",
  scope: "范围",
  scopes: { write: "发送消息", all: "全部功能" },
  duration: "时长",
  durations: { day: "一天", week: "一周", month: "30 天", year: "一年", ever: "永久" },
  why: "理由",
  until: "到期",
  since: "开始",
  by: "操作人",
  host: "宿主应用",
  end: "立即解除",
  endOf: (name) => `立即解除对 ${name} 的暂停`,
  close: "结束处理",
  outcome: "结论",
  outcomes: { upheld: "举报属实", dismissed: "无需处理" },
  note: "备注",
  reasons: { spam: "垃圾信息", abuse: "辱骂骚扰", sexual: "色情", fraud: "诈骗", other: "其他" },
  actions: {
    suspend: "暂停了用户",
    "end-suspension": "解除了暂停",
    "remove-message": "删除了消息",
    "close-report": "结束了举报",
  },
  aReport: "举报",
  user: "用户",
  message: "消息",
  detail: "详情",
  done: "已完成。",
  failures: {
    UNAUTHORIZED: "令牌已过期或无效，请粘贴新的令牌。",
    FORBIDDEN: "这不是管理员的凭证。",
    NOT_FOUND: "已不存在。",
    REPORT_CLOSED: "其他人已结束此举报。",
    BAD_REQUEST: "服务器无法理解，请检查输入。",
    RATE_LIMITED: "操作过于频繁，请稍候。",
    SUSPENDED: "您自己已被暂停。",
  },
  failed: "操作未成功，请重试。",
};

/**
 * @param {readonly string[]} languages the user's, the dearest first
 * @returns {{t: Texts, lang: string}}
 */
export function textsFor(languages) {
  const preferred = languages.find((language) => /^(zh|en)\b/i.test(language)) ?? "en";
  return /^zh/i.test(preferred) ? { t: zh, lang: "zh-CN" } : { t: en, lang: "en" };
}

/**
 * A text by a word of the server, or the word itself where it is not known.
 * @param {Record<string, string>} texts
 * @param {string} word
 */
export function wordOf(texts, word) {
  return Object.hasOwn(texts, word) ? texts[word] : word;
}

import type {} from "imserver-client/vue";
import type { GlobalComponents } from "vue";

type Props = InstanceType<GlobalComponents["im-chat"]>["$props"];

/** What a template gives the element: `<im-chat :token="token" with="7" @unread="…" />`. */
export const props: Props = {
  token: "a.b.c",
  with: "7",
  lang: "zh",
  class: "chat",
  maxLength: 2000,
  tokenProvider: async () => "a.b.c",
  onUnread: ({ detail }) => (document.title = String(detail.count)),
  onRenew: (event) => event.type,
};

export const sameInBothSpellings: InstanceType<GlobalComponents["ImChat"]>["$props"] = props;

// @ts-expect-error there is no such attribute
export const wrongName: Props = { tokens: "a.b.c" };
// @ts-expect-error a token is a text
export const wrongType: Props = { token: 7 };

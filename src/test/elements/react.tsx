import type {} from "imserver-client/react";
import type { ImChatElement } from "imserver-client/im-chat";
import { useRef } from "react";

export function Chat({ token }: { token: string }) {
  const chat = useRef<ImChatElement>(null);
  return (
    <im-chat
      ref={chat}
      token={token}
      with="7"
      lang="zh"
      max-length={2000}
      className="chat"
      tokenProvider={() => chat.current?.token ?? token}
      onunread={({ detail }) => (document.title = String(detail.count))}
      onClick={(event) => event.currentTarget.open("7")}
    >
      Loading…
    </im-chat>
  );
}

// @ts-expect-error there is no such attribute
export const wrongName = <im-chat tokens="a.b.c" />;
// @ts-expect-error a token is a text
export const wrongType = <im-chat token={7} />;
// @ts-expect-error nor is there such an element
export const wrongElement = <im-chats token="a.b.c" />;

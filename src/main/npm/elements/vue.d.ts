/**
 * <im-chat> in Vue's templates, for Vue with TypeScript: `import type {} from
 * "imserver-client/vue";` once in the project.
 */
import type { HTMLAttributes } from "vue";
import type { ImChatAttributes, ImChatElement, ImChatOwnEventMap, TokenProvider } from "./im-chat.js";

type Listeners = {
  [K in keyof ImChatOwnEventMap as `on${Capitalize<K>}`]?: (event: ImChatOwnEventMap[K]) => unknown;
};

export interface ImChatProps extends Omit<HTMLAttributes, keyof ImChatAttributes>, ImChatAttributes, Listeners {
  maxLength?: number | string;
  tokenProvider?: TokenProvider | null;
}

/** As Vue's tools take the type of an element: a constructor of what has the properties. */
export type ImChatComponent = new () => ImChatElement & { $props: ImChatProps };

declare module "vue" {
  interface GlobalComponents {
    "im-chat": ImChatComponent;
    ImChat: ImChatComponent;
  }
}

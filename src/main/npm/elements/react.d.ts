/**
 * <im-chat> in JSX, for React with TypeScript: `import type {} from "imserver-client/react";` once in the project.
 *
 * React 19 sets properties and listens to events of elements. React 18 sets attributes alone: there
 * tokenProvider and the events take a ref.
 */
import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { ImChatAttributes, ImChatElement, ImChatOwnEventMap, TokenProvider } from "./im-chat.js";

type Listeners = { [K in keyof ImChatOwnEventMap as `on${K}`]?: (event: ImChatOwnEventMap[K]) => unknown };

export interface ImChatProps
  extends DetailedHTMLProps<HTMLAttributes<ImChatElement>, ImChatElement>,
    ImChatAttributes,
    Listeners {
  "max-length"?: number | string;
  tokenProvider?: TokenProvider | null;
}

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "im-chat": ImChatProps;
    }
  }
}

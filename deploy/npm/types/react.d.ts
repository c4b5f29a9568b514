import type { DetailedHTMLProps, HTMLAttributes } from "react";
import type { LogEvents, WebhookLogAttributes, WebhookLogElement } from "./element.js";

export type * from "./element.js";

/** React 19 calls these for the events of the element. With React 18, use `addEventListener`. */
type Listeners = {
  [Name in keyof LogEvents as `on${Name}`]?: (event: CustomEvent<LogEvents[Name]>) => void;
};

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "webhook-log": DetailedHTMLProps<HTMLAttributes<WebhookLogElement>, WebhookLogElement> &
        WebhookLogAttributes &
        Listeners;
    }
  }
}

import type { HTMLAttributes } from "preact";
import type { LogEvents, WebhookLogAttributes, WebhookLogElement } from "./element.js";

export type * from "./element.js";

type Listeners = {
  [Name in keyof LogEvents as `on${Name}`]?: (event: CustomEvent<LogEvents[Name]>) => void;
};

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "webhook-log": HTMLAttributes<WebhookLogElement> & WebhookLogAttributes & Listeners;
    }
  }
}

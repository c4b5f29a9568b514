import type { JSX } from "solid-js";
import type { LogEvents, WebhookLogAttributes, WebhookLogElement } from "./element.js";

export type * from "./element.js";

type Listeners = {
  [Name in keyof LogEvents as `on:${Name}`]?: (event: CustomEvent<LogEvents[Name]>) => void;
};

declare module "solid-js" {
  namespace JSX {
    interface IntrinsicElements {
      "webhook-log": JSX.HTMLAttributes<WebhookLogElement> & WebhookLogAttributes & Listeners;
    }
  }
}

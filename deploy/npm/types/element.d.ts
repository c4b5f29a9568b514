import type { Log, LogEvents } from "./wire/contract.js";

export type { CapturedRequest, Link, LogEvents, Refused, Responded } from "./wire/contract.js";

/** The element `<webhook-log>`. */
export interface WebhookLogElement extends HTMLElement, Log {
  addEventListener<Name extends keyof LogEvents>(
    type: Name,
    listener: (this: WebhookLogElement, event: CustomEvent<LogEvents[Name]>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener<Name extends keyof HTMLElementEventMap>(
    type: Name,
    listener: (this: WebhookLogElement, event: HTMLElementEventMap[Name]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** The attributes of `<webhook-log>`. */
export interface WebhookLogAttributes {
  /** URL of a callback or of its page; with `#key=…` if the callback is private. */
  src?: string | undefined;
  /** Maximum entries in the list. */
  "max-entries"?: number | string | undefined;
  /** Whether long-polling sends the cookies of another origin. */
  "with-credentials"?: boolean | "" | undefined;
}

declare global {
  interface HTMLElementTagNameMap {
    "webhook-log": WebhookLogElement;
  }
}

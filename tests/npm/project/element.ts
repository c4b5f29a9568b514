import "webhook-logger/element";
import type { WebhookLogElement } from "webhook-logger/element";

const log: WebhookLogElement = document.createElement("webhook-log");
log.src = "https://hooks.example.com/…";
log.addEventListener("request", ({ detail }) => console.log(detail.path.length));
log.addEventListener("gap", ({ detail }) => console.log((detail.missed ?? 0) + 1));
log.addEventListener("click", (event) => console.log(event.clientX));
export const first = document.querySelector("webhook-log")?.requests[0]?.seq;

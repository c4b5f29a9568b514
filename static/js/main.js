/** Puts the page together: stream -> store -> components. */

import "./components/webhook-page.js";
import { Store } from "./store.js";
import { openStream } from "./stream.js";

const page = /** @type {import("./components/webhook-page.js").WebhookPage} */ (
  document.querySelector("webhook-page")
);
const { uuid = "", socketPath: path = "" } = page.dataset;

const store = new Store();
page.store = store;
openStream({ uuid, path }, store);

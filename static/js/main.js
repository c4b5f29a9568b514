/** Puts the page together: stream -> store -> components, and what stands around them. */

import "./components/webhook-page.js";
import { addDecoders } from "./decoders/index.js";
import { followKeys } from "./keyboard.js";
import { tellOutside } from "./outside.js";
import { ReplyApi } from "./reply-api.js";
import { Settings } from "./settings.js";
import { Store } from "./store.js";
import { openStream } from "./stream.js";
import { showTheme } from "./theme.js";

const page = /** @type {import("./components/webhook-page.js").WebhookPage} */ (
  document.querySelector("webhook-page")
);
const { uuid = "", server = "", replyUrl = "" } = page.dataset;

const settings = new Settings(() => localStorage);
const store = new Store(settings.choices.most);
const obey = () => {
  showTheme(settings.choices.theme);
  store.most = settings.choices.most;
};
obey();
settings.subscribe(obey);
addEventListener("storage", () => settings.reread());

addDecoders();
page.store = store;
page.settings = settings;
page.replies = new ReplyApi(replyUrl);
const stream = openStream({ server: location.origin + server, uuid }, store);
page.addEventListener("try-now", stream.tryNow);
stream.onJoined(readReply);
followKeys(page);
tellOutside(store, settings);

/** It may have changed while the page was away. */
async function readReply() {
  const reply = await page.replies.read().catch(() => null); // read again with the next join
  if (reply) store.replyRead(reply);
}

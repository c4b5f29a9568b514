/** Connects the page's parts: stream -> store -> components, settings, shortcuts and notifications. */

import "./components/webhook-page.js";
import { addDecoders } from "./body/decoders/index.js";
import { startAlerts } from "./browser/alerts.js";
import { followKeys } from "./browser/keyboard.js";
import { showTheme } from "./browser/theme.js";
import { HandshakeResponder } from "./providers/handshake-responder.js";
import { recognise } from "./providers/recognise.js";
import { checkRemembered } from "./providers/remembered-check.js";
import { summarise } from "./providers/summary.js";
import { ReplyApi } from "./reply/api.js";
import { Secrets } from "./state/secrets.js";
import { Settings } from "./state/settings.js";
import { Store } from "./state/store.js";
import { Verdicts } from "./state/verdicts.js";
import { openStream } from "./wire/stream.js";

const page = /** @type {import("./components/webhook-page.js").WebhookPage} */ (
  document.querySelector("webhook-page")
);
const { uuid = "", server = "", replyUrl = "" } = page.dataset;

const settings = new Settings(() => localStorage);
const recogniser = { recognise, summarise };
const secrets = new Secrets(() => sessionStorage, uuid);
const handshakes = new HandshakeResponder(
  secrets,
  new URL(".", new URL(replyUrl, location.href)).href,
);

class PageStore extends Store {
  /** @param {import("./wire/contract.js").CapturedRequest} request */
  requestReceived(request) {
    handshakes.answer(request);
  }
}

const store = new PageStore(settings.choices.maxEntries, recogniser);
const applySettings = () => {
  showTheme(settings.choices.theme);
  store.maxEntries = settings.choices.maxEntries;
};
applySettings();
settings.subscribe(applySettings);
addEventListener("storage", () => settings.reread());

addDecoders(new URL("./embed/", import.meta.url)); // of this file when it is bundled
page.store = store;
page.settings = settings;
page.recogniser = recogniser;
page.secrets = secrets;
page.verdicts = new Verdicts(secrets, recognise, checkRemembered);
page.replies = new ReplyApi(replyUrl);
const stream = openStream({ server: location.origin + server, uuid }, store);
page.addEventListener("try-now", stream.tryNow);
handshakes.follow(stream);
stream.onJoined(readReply);
followKeys(page);
startAlerts(store, settings);

/** Read the reply, which may have changed while the page was disconnected. */
async function readReply() {
  const reply = await page.replies.read().catch(() => null); // the next join reads it again
  if (reply) store.replyRead(reply);
}

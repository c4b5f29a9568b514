/** Connects the page's parts: stream -> store -> components, settings, shortcuts and notifications. */

import "./components/webhook-page.js";
import { addDecoders } from "./body/decoders/index.js";
import { startAlerts } from "./browser/alerts.js";
import { followFiles } from "./browser/files.js";
import { followKeys } from "./browser/keyboard.js";
import { askBeforeLeaving } from "./browser/leaving.js";
import { showTheme } from "./browser/theme.js";
import { extras } from "./components/body-extras.js";
import { HandshakeResponder } from "./providers/handshake-responder.js";
import { recognise } from "./providers/recognise.js";
import { checkRemembered } from "./providers/remembered-check.js";
import { summariseRow } from "./providers/row-summary.js";
import { ReplyApi } from "./reply/api.js";
import { RecentCallbacks } from "./state/recent-callbacks.js";
import { Secrets } from "./state/secrets.js";
import { Settings } from "./state/settings.js";
import { Store } from "./state/store.js";
import { Verdicts } from "./state/verdicts.js";
import { isKey, isPrivate, keyIn } from "./wire/private.js";
import { openStream } from "./wire/stream.js";

const page = /** @type {import("./components/webhook-page.js").WebhookPage} */ (
  document.querySelector("webhook-page")
);
const { uuid = "", replyUrl = "" } = page.dataset;
const server = location.origin + (page.dataset.server ?? "");
const recents = new RecentCallbacks(() => localStorage, { server, uuid });
const key = isPrivate(uuid) ? viewKey() : "";

const settings = new Settings(() => localStorage);
const recogniser = { recognise, summarise: summariseRow };
const secrets = new Secrets(() => sessionStorage, uuid);
const handshakes = new HandshakeResponder(
  secrets,
  new URL(".", new URL(replyUrl, location.origin)).href,
  key,
);

/** The state of a page without the view key, which opens no stream. @type {import("./wire/contract.js").Link} */
const NO_KEY = {
  state: "refused",
  message: "This callback is private, and the view key is missing.",
  retryAt: 0,
  reason: "private",
};

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
  store.follow = settings.choices.follow;
};
applySettings();
settings.subscribe(applySettings);
addEventListener("storage", () => {
  settings.reread();
  recents.reread();
});

extras.load = () => import("./components/body-more.js");
addDecoders(new URL("./embed/", import.meta.url)); // of this file when it is bundled
page.store = store;
page.settings = settings;
page.recogniser = recogniser;
page.secrets = secrets;
page.verdicts = new Verdicts(secrets, recognise, checkRemembered);
page.replies = new ReplyApi(replyUrl, key);
page.viewKey = key;
page.recents = recents;
if (isPrivate(uuid) && !isKey(key)) store.linkChanged(NO_KEY);
else if (uuid) follow(openStream(key ? { server, uuid, key } : { server, uuid }, store));
addEventListener("hashchange", reloadWithOtherKey);
followKeys(page);
if (uuid) followFiles((blob, name) => page.openFile(blob, name));
startAlerts(store, settings, recents);
askBeforeLeaving(store);

/** @param {import("./wire/contract.js").Stream} stream */
function follow(stream) {
  page.addEventListener("try-now", stream.tryNow);
  handshakes.follow(stream);
  stream.onJoined(readReply);
  let isVisited = false;
  stream.onJoined(() => {
    if (!isVisited) recents.visit(key, Date.now());
    isVisited = true;
  });
}

/** Return the view key in the page's address, or the one that this browser remembers. */
function viewKey() {
  const given = keyIn(location.hash);
  if (isKey(given) || !recents.key) return given;
  history.replaceState(history.state, "", `#key=${recents.key}`);
  return recents.key;
}

/** Start again with the key that the user entered in the address bar. */
function reloadWithOtherKey() {
  const other = keyIn(location.hash);
  if (isPrivate(uuid) && other && other !== key) location.reload();
}

/** Read the reply, which may have changed while the page was disconnected. */
async function readReply() {
  const reply = await page.replies.read().catch(() => null); // the next join reads it again
  if (reply) store.replyRead(reply);
}

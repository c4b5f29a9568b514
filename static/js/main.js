/** Connects the page's parts: stream -> store -> components, settings, shortcuts and notifications. */

import "./components/webhook-page.js";
import { addDecoders } from "./body/decoders/index.js";
import { startAlerts } from "./browser/alerts.js";
import { followFiles } from "./browser/files.js";
import { followKeys } from "./browser/keyboard.js";
import { askBeforeLeaving } from "./browser/leaving.js";
import { showTheme } from "./browser/theme.js";
import { reloadWithOtherKey, viewKey } from "./browser/view-key.js";
import { isWorking } from "./browser/working.js";
import { extras } from "./components/body-extras.js";
import { HandshakeResponder } from "./providers/handshake-responder.js";
import { recognise } from "./providers/recognise.js";
import { checkRemembered } from "./providers/remembered-check.js";
import { summariseRow } from "./providers/row-summary.js";
import { ReplyApi } from "./reply/api.js";
import { followReply } from "./reply/follow.js";
import { RecentCallbacks } from "./state/recent-callbacks.js";
import { Secrets } from "./state/secrets.js";
import { Settings } from "./state/settings.js";
import { Store } from "./state/store.js";
import { Verdicts } from "./state/verdicts.js";
import { isKey, isPrivate, NO_KEY } from "./wire/private.js";
import { openStream } from "./wire/stream.js";

const page = /** @type {import("./components/webhook-page.js").WebhookPage} */ (
  document.querySelector("webhook-page")
);
const { uuid = "", replyUrl = "" } = page.dataset;
const server = location.origin + (page.dataset.server ?? "");
const recents = new RecentCallbacks(() => localStorage, { server, uuid });
const key = viewKey(uuid, recents.key);
const settings = new Settings(() => localStorage);
const recogniser = { recognise, summarise: summariseRow };
const secrets = new Secrets(() => sessionStorage, uuid);
secrets.responds = !page.repliesOff;
const replies = new ReplyApi(replyUrl, key);
const handshakes = new HandshakeResponder(
  secrets,
  new URL(".", new URL(replyUrl, location.origin)).href,
  key,
);
const store = new Store(settings.choices.maxEntries, recogniser);
store.requestReceived = (request) => handshakes.answer(request);
store.isWorking = () => page.sheets.isOpening || isWorking(page);

extras.load = () => import("./components/body-more.js");
addDecoders(new URL("./embed/", import.meta.url)); // of this file when it is bundled
Object.assign(page, { store, settings, recogniser, secrets, replies, recents, viewKey: key });
page.verdicts = new Verdicts(secrets, recognise, checkRemembered);

applySettings();
settings.subscribe(applySettings);
addEventListener("storage", () => {
  settings.reread();
  recents.reread();
});
reloadWithOtherKey(uuid, key);
followKeys(page);
startAlerts(store, settings, recents);
askBeforeLeaving(store);
if (isPrivate(uuid) && !isKey(key)) store.linkChanged(NO_KEY);
else if (uuid) follow(openStream(key ? { server, uuid, key } : { server, uuid }, store));
if (uuid) followFiles((blob, name) => page.openFile(blob, name));

function applySettings() {
  const { theme, maxEntries, follow } = settings.choices;
  showTheme(theme);
  store.maxEntries = maxEntries;
  store.follow = follow;
}

/** @param {import("./wire/contract.js").Stream} stream */
function follow(stream) {
  page.addEventListener("try-now", stream.tryNow);
  handshakes.follow(stream);
  followReply(stream, replies, store);
  let isVisited = false;
  stream.onJoined(() => {
    if (!isVisited) recents.visit(key, Date.now());
    isVisited = true;
  });
}

import { Inbox } from "webhook-logger";
import "webhook-logger/element";

const link = decodeURIComponent(location.hash.slice(1));
const log = document.createElement("webhook-log");
log.src = link;
document.body.append(log);

const inbox = await Inbox.open(link);
for await (const event of inbox) {
  if (event.type === "request") document.title = await event.text();
}

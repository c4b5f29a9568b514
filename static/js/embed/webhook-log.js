/** The script that a server publishes: defines `<webhook-log>`, with decoders next to the script. */

import { addDecoders } from "../body/decoders/index.js";
import { define } from "../components/define.js";
import { WebhookLog } from "./element.js";

addDecoders(new URL("./", import.meta.url));
define("webhook-log", WebhookLog);

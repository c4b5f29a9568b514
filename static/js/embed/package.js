/** The package `webhook-logger/element`: defines `<webhook-log>`, with decoders as chunks. */

import { addDecoderChunks } from "../body/decoders/chunks.js";
import { define } from "../components/define.js";
import { WebhookLog } from "./element.js";

addDecoderChunks();
define("webhook-log", WebhookLog);

/**
 * The modules of the page that read the registry. They are loaded after the registry is collected, so tests
 * see a new file in it at once, also before the page is bundled. So import them only from here.
 */

import { fileURLToPath } from "node:url";
import { collectProviders } from "../../../deploy/collect-providers.js";

collectProviders(fileURLToPath(new URL("../../../static/vendor/providers", import.meta.url)));

export const { findHandshake, handshakeResponse } = await import(
  "../../../static/js/providers/handshake.js"
);
export const { recognise } = await import("../../../static/js/providers/recognise.js");
export const { PROVIDERS, providerOf } = await import("../../../static/js/providers/registry.js");
export const { samplesOf } = await import("../../../static/js/providers/sample.js");
export const { canSign, sign } = await import("../../../static/js/providers/sign.js");
export const { check } = await import("../../../static/js/providers/signature.js");
export const { emptyField, fieldsOf, signerOf, valuesOf } = await import(
  "../../../static/js/providers/signature-choice.js"
);
export const { summarise } = await import("../../../static/js/providers/summary.js");

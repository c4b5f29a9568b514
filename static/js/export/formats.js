/** The formats in which a captured request can be copied; loaded on demand. Does not use the DOM. */

import { curl } from "./curl.js";
import { csharp, powershell } from "./dotnet.js";
import { go } from "./go.js";
import { httpie } from "./httpie.js";
import { java } from "./java.js";
import { javascript } from "./javascript.js";
import { php } from "./php.js";
import { python } from "./python.js";
import { rawHttp } from "./raw-http.js";
import { ruby } from "./ruby.js";

/** Functions of a request and the URL to send it to. They return bytes if the result is not text. */
export const FORMATS = {
  ...{ curl, httpie, python, javascript, php, go, ruby, csharp, java, powershell },
  raw: rawHttp,
};

/** @typedef {keyof typeof FORMATS} Format */

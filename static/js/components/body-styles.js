/** The style sheets of a body's shadow root: those of its views, and those that the page has, too. */

import { unsafeCSS } from "lit";
import source from "../../css/body-source.css";
import moments from "../../css/moments.css";
import pairs from "../../css/pairs-table.css";
import { baseStyles } from "./base-styles.js";
import json from "./body-json.css";
import multipart from "./body-multipart.css";
import html from "./html-preview.css";
import image from "./image-preview.css";
import body from "./request-body.css";

export const bodyStyles = [
  baseStyles,
  ...[pairs, moments, source, json, multipart, html, image, body].map(unsafeCSS),
];

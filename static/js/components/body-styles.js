/** The style sheets of a body's shadow root: those of its views, and those that the page has, too. */

import { unsafeCSS } from "lit";
import base from "../../css/base.css";
import source from "../../css/body-source.css";
import copyButton from "../../css/copy-button.css";
import moments from "../../css/moments.css";
import pairs from "../../css/pairs-table.css";
import json from "./body-json.css";
import multipart from "./body-multipart.css";
import html from "./html-preview.css";
import image from "./image-preview.css";
import body from "./request-body.css";

export const bodyStyles = [
  ...[base, copyButton, pairs, moments, source],
  ...[json, multipart, html, image, body],
].map(unsafeCSS);

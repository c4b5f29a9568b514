/** What every shadow root starts from, as the page does: one sheet for all of them. */

import { unsafeCSS } from "lit";
import base from "../../css/base.css";
import copyButton from "../../css/copy-button.css";

export const baseStyles = unsafeCSS(base + copyButton);

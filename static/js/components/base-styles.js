/** One style sheet that every shadow root shares: the page's base styles. */

import { unsafeCSS } from "lit";
import base from "../../css/base.css";
import copyButton from "../../css/copy-button.css";

export const baseStyles = unsafeCSS(base + copyButton);

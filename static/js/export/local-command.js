/**
 * The command that forwards a callback's requests to the user's machine, for each shell. Does not use
 * the DOM.
 *
 * @typedef {"posix" | "powershell" | "cmd"} Shell
 */

import { quoted } from "./shell.js";

/** @type {readonly {value: Shell, label: string}[]} */
export const SHELLS = [
  { value: "posix", label: "macOS, Linux" },
  { value: "powershell", label: "PowerShell" },
  { value: "cmd", label: "Command Prompt" },
];

/** @type {Record<Shell, (text: string) => string>} */
const QUOTES = {
  posix: quoted,
  powershell: (text) => `'${text.replaceAll("'", "''")}'`,
  cmd: (text) => `"${text}"`, // a URL has no quotes
};

/**
 * Return the command. All words that are not fixed are quoted, because a link contains `#`.
 * @param {Shell} shell
 * @param {string} link  of the callback's page
 * @param {string} url  to forward to
 * @param {boolean} responds  whether senders get the responses of the user's server
 */
export function localCommand(shell, link, url, responds) {
  const quote = QUOTES[shell];
  const words = ["webhook-logger listen", quote(link), "--forward", quote(url)];
  return [...words, ...(responds ? ["--respond"] : [])].join(" ");
}

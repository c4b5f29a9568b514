/**
 * Puts text on the clipboard; false when the browser does not let it.
 * @param {string} text
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // plain http on another host has no clipboard API
  }
}

/** @param {string} text */
function copyBySelection(text) {
  const before = focused();
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  // Not by a class: the page may be somebody else's.
  Object.assign(area.style, { position: "fixed", inset: "0 auto auto 0", opacity: "0" });
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return copied;
}

/** What has the focus, in whichever shadow tree. */
function focused() {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

/**
 * Copy text to the clipboard. Return false if the browser does not allow it.
 * @param {string} text
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text); // plain http on a remote host has no clipboard API
  }
}

/** @param {string} text */
function copyBySelection(text) {
  const before = focusedElement();
  const area = document.createElement("textarea");
  area.value = text;
  area.readOnly = true;
  // Inline, because another site's page may contain the element.
  Object.assign(area.style, { position: "fixed", inset: "0 auto auto 0", opacity: "0" });
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return copied;
}

/** Return the focused element, also in a shadow tree. */
function focusedElement() {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
}

/** Whether the user works on the selected request, so that the page must not select another one. */

/** Dialogs, the panel for resending with the edited request, and open menus. */
const OPEN =
  "dialog[open], .page-detail resend-panel, .page-detail [aria-haspopup=menu][aria-expanded=true]";
const FIELDS = "input, textarea, select, [contenteditable]";

/**
 * @param {ParentNode} page  contains the detail of the selected request
 */
export function isWorking(page) {
  if (page.querySelector(OPEN)) return true;
  const { activeElement } = document;
  return Boolean(activeElement?.closest(".page-detail") && inner(activeElement).matches(FIELDS));
}

/**
 * Return the element that has the focus, also in shadow trees.
 * @param {Element} element  has the focus or contains the element that has it
 */
function inner(element) {
  let found = element;
  while (found.shadowRoot?.activeElement) found = found.shadowRoot.activeElement;
  return found;
}

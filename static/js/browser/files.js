/** Files that the user drops on the page, pastes or chooses. */

const WRITING = "input, textarea, select, [contenteditable], dialog[open]";

/** @typedef {(blob: Blob, name: string) => void} Open */

/**
 * Open files that are dropped or pasted, and JSON that is pasted as text.
 * @param {Open} open
 */
export function followFiles(open) {
  const { body } = document;
  addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    body.dataset.dropping = "";
  });
  addEventListener("dragleave", ({ relatedTarget }) => {
    if (!relatedTarget) delete body.dataset.dropping; // the pointer has left the window
  });
  addEventListener("drop", (event) => {
    delete body.dataset.dropping;
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    open(file, file.name);
  });
  addEventListener("paste", ({ target, clipboardData }) => {
    if (!clipboardData || /** @type {Element} */ (target).closest?.(WRITING)) return;
    const file = clipboardData.files[0];
    const text = clipboardData.getData("text/plain").trim();
    if (file) open(file, file.name);
    else if (/^[[{]/.test(text)) open(new Blob([text]), "The pasted text");
  });
}

/**
 * Let the user choose a file.
 * @param {Open} open
 */
export function chooseFile(open) {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".har,.json,application/json";
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) open(file, file.name);
  });
  input.click();
}

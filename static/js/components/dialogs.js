/** The dialogs, as one part that is loaded on demand: many small parts compress badly. */

import "./filter-menu.js";
import "./help-sheet.js";
import "./local-sheet.js";
import "./note-sheet.js";
import "./qr-sheet.js";
import "./recent-sheet.js";
import "./settings-sheet.js";
import "./share-sheet.js";

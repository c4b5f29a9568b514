"""The colours and the layout of the view."""

from __future__ import annotations

from textual.theme import Theme

THEME = Theme(
    name="terminal",
    primary="ansi_blue",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    ansi=True,
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "border": "ansi_blue",
        "border-blurred": "ansi_bright_black",
        "block-hover-background": "ansi_default",
        "footer-key-foreground": "ansi_cyan",
        "footer-background": "ansi_default",
        "input-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-text-style": "reverse",
        "scrollbar": "ansi_bright_black",
        "scrollbar-hover": "ansi_blue",
        "scrollbar-active": "ansi_blue",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
        "scrollbar-corner-color": "ansi_default",
    },
)
"""The colours of the user's terminal, light or dark."""

CSS = """
Screen { layout: vertical; }
#status, #url { height: 1; padding: 0 1; }
#main { height: 1fr; }
#requests, #detail { scrollbar-size-vertical: 1; }
.-narrow #main { layout: vertical; }
.-narrow #requests { height: 2fr; }
.-narrow #detail { height: 3fr; border-top: solid $border-blurred; padding: 0 1; }
.-narrow #detail:focus { border-top: heavy $border; }
.-wide #main { layout: horizontal; }
.-wide #requests, .-wide #detail { width: 1fr; border: round $border-blurred; }
.-wide #requests:focus, .-wide #detail:focus { border: round $border; }
#requests, #detail { overflow-x: hidden; overflow-y: auto; }
#filter { height: auto; padding: 0 1; }
#filter Input { border: none; padding: 0; height: 1; }
Note { height: auto; }
#filter Note { max-height: 3; }
ModalScreen { align: center middle; background: ansi_default; }
.dialog { border: round $border; padding: 0 1; width: 90%; max-width: 100; height: auto; }
.dialog.tall { border: none; width: 100%; max-width: 100%; height: 100%; padding: 0; }
.dialog Input, .form Input { border: round $border-blurred; height: 3; padding: 0 1; }
.dialog Input:focus, .form Input:focus { border: round $border; }
.dialog.tall TextArea { height: 1fr; border: none; padding: 0; }
.keys Horizontal { height: auto; }
.keys Horizontal Note { width: 1fr; }
.keys Horizontal Note:first-child { width: 17; }
.form { height: 100%; padding: 0 1; overflow-y: auto; }
#request-line { height: 3; }
#method { width: 14; }
#target { width: 1fr; }
.form TextArea { border: round $border-blurred; height: 1fr; min-height: 4; padding: 0; }
.form TextArea:focus { border: round $border; }
#body { height: 2fr; }
#outcome { height: auto; max-height: 5; }
"""

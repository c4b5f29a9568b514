"""Adapt the documents, which are written for GitHub, to the documentation site.

MkDocs calls the functions of this module while it builds the site.
"""

from __future__ import annotations

import re
from os.path import relpath
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from PIL import Image

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PICTURES = DOCS / "pictures"
TOP = {
    ROOT / f"{name.upper()}.md": f"{name}.md"
    for name in ("changelog", "contributing", "readme", "security")
}
"""The documents outside of docs/ that are pages of the site, and their names there."""
MERMAID = ROOT / "node_modules/@mermaid-js/tiny/dist/mermaid.tiny.js"
_META = {
    "index.md": {"hide": ["navigation", "toc"]},
    "readme.md": {"search": {"exclude": True}},
    "changelog.md": {"search": {"boost": 0.2}},
}
"""Options of the theme. They are not in the documents, where GitHub would show them."""

# Code comes first, so that nothing inside of it is taken for a link.
_CODE = r"^ *(?P<fence>```+)[^\n]*\n.*?^ *(?P=fence)$|`[^`\n]+`"
_LINK = r"(?P<text>!?\[(?:[^\[\]`]|`[^`\n]*`)*\])\((?P<target>[^)\s]+)\)"
_CODE_OR_LINK = re.compile(f"{_CODE}|{_LINK}", re.MULTILINE | re.DOTALL)
# A second word, as in "```python private", is for the tests that run the code.
_SECOND_WORD = re.compile(r"^( *```\w+) .*$", re.MULTILINE)
# MkDocs shows the backslash of an escaped bar in code, and does not need it there.
_CODE_IN_TABLE = re.compile(r"^\|.*`.*\\\|.*$", re.MULTILINE)
_COG_COMMENT = re.compile(r"^<!-- \[\[\[.*?-->$", re.MULTILINE | re.DOTALL)
_LOADED = re.compile(
    r"""<(?:script|img|iframe|source|link(?! rel="(?:canonical|next|prev)"))\b[^>]* """
    r"""(?:src|href)="(https?:[^"]*)"""
)

log = get_plugin_logger("site")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the documents of the repository's top folder, and the script that draws diagrams."""
    for path, name in TOP.items():
        files.append(File.generated(config, name, content=path.read_text()))
    files.append(File.generated(config, "assets/mermaid.js", abs_src_path=str(MERMAID)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Change the links and pictures of a page, and remove the comments around generated tables."""

    def change(found: re.Match[str]) -> str:
        if not found["target"] or re.match(r"[a-z]+:|#", found["target"]):
            return found[0]
        name, mark, anchor = found["target"].partition("#")
        path = (folder / name).resolve()
        if not path.exists():
            return found[0]  # MkDocs warns
        address = _address(path, page, str(config.repo_url))
        if found["text"].startswith("!"):
            return _picture(found["text"], address, path)
        return f"{found['text']}({address}{mark}{anchor})"

    page.meta.update(_META.get(page.file.src_uri, {}))
    folder = next((ROOT for name in TOP.values() if name == page.file.src_uri), None)
    folder = folder or (DOCS / page.file.src_uri).parent
    markdown = _CODE_IN_TABLE.sub(_with_plain_bars, markdown)
    markdown = _SECOND_WORD.sub(r"\1", _COG_COMMENT.sub("", markdown))
    return _CODE_OR_LINK.sub(change, markdown)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Warn about files of other hosts: readers should not have to trust these hosts, too."""
    for address in _LOADED.findall(output):
        log.warning("%s loads %s", page.file.src_uri, address)
    return output


def _with_plain_bars(row: re.Match[str]) -> str:
    return re.sub(r"`[^`]*`", lambda code: code[0].replace(r"\|", "|"), row[0])


def _address(path: Path, page: Page, repository: str) -> str:
    """Return the address of a file: in the site, or in the repository if the site lacks it."""
    if path in TOP or path.is_relative_to(DOCS):
        name = TOP.get(path) or str(path.relative_to(DOCS))
        return relpath(name, Path(page.file.src_uri).parent)
    kind = "tree" if path.is_dir() else "blob"
    return f"{repository}/{kind}/main/{path.relative_to(ROOT)}"


def _picture(text: str, address: str, path: Path) -> str:
    """Return a picture, and its dark variant for the dark theme if there is one."""
    size = _size(path)
    dark = path.with_stem(f"{path.stem}-dark")
    if not dark.exists():
        return f"{text}({address}){size}"
    other = Path(address).with_name(dark.name)
    return f"{text}({address}#only-light){size}{text}({other}#only-dark){size}"


def _size(path: Path) -> str:
    """Return the attribute with the width of a picture, which has two pixels for each one shown."""
    if path.parent != PICTURES:
        return ""
    with Image.open(path) as image:
        return f"{{ width={image.width // 2} }}"

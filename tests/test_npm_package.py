"""The npm package: its files, and its use in a fresh project.

`browser/test_npm_package.py` uses it in Vite.
"""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
from pathlib import Path

import pytest

from tests.support.npm_package import VERSION, new_project, output, pack, packed, tool
from tests.support.processes import ROOT, Server

FILES = ROOT / "tests/npm/project"
TYPES = ("@types/react", "preact", "solid-js")
"""The packages whose JSX types the package extends."""


@pytest.fixture(scope="module")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return packed(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def project(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the package, and with the types of three frameworks."""
    folder = new_project(tmp_path_factory.mktemp("fresh") / "project", tarball, FILES)
    (folder / "node_modules/@types").mkdir()
    for name in TYPES:
        (folder / "node_modules" / name).symlink_to(ROOT / "node_modules" / name)
    return folder


def content(tarball: Path) -> dict[str, str]:
    """Return the files of the tarball as text, by name."""
    files = {}
    with tarfile.open(tarball) as package:
        for each in package:
            if file := package.extractfile(each):
                files[each.name.removeprefix("package/")] = file.read().decode()
    return files


def test_the_tarball_has_every_file_that_it_names_and_no_other_folder(tarball: Path) -> None:
    files = content(tarball)
    manifest = json.loads(files["package.json"])
    assert manifest["version"] == VERSION
    exported = re.findall(r'"\./([^"*]+\.(?:js|ts|json))"', json.dumps(manifest["exports"]))
    assert len(exported) > 10
    assert {"README.md", "LICENSE", "NOTICES.txt", *exported} <= set(files)
    assert {name.partition("/")[0] for name in files if "/" in name} == {"chunks", "types"}
    assert not any(name.endswith(".map") for name in files)
    for name, text in files.items():
        assert str(ROOT) not in text, name
        assert "sourceMappingURL" not in text, name


def test_code_of_other_authors_has_its_license(tarball: Path) -> None:
    files = content(tarball)
    scripts = "".join(text for name, text in files.items() if name.endswith(".js"))
    bundled = set(re.findall(r"// node_modules/((?:@[^/]+/)?[^/]+)/", scripts))
    noticed = set(re.findall(r"^(\S+), \d+\.\d+\.\d+, ", files["NOTICES.txt"], re.MULTILINE))
    assert bundled == noticed == {"base64-js", "brotli", "fzstd"}


def test_the_ranges_of_dependencies_include_the_tested_versions(tarball: Path) -> None:
    """The oldest versions were tried by hand: socket.io-client 4.8.0 has no `Fetch`."""
    pinned = json.loads((ROOT / "package.json").read_text())["dependencies"]
    for name, wanted in json.loads(content(tarball)["package.json"])["dependencies"].items():
        oldest, tested = (
            [int(part) for part in each.split(".")]
            for each in (wanted.removeprefix("^"), pinned[name])
        )
        assert wanted.startswith("^")
        assert oldest[0] == tested[0], name
        assert oldest <= tested, name


def test_the_same_source_gives_the_same_bytes(tarball: Path, tmp_path: Path) -> None:
    both = [hashlib.sha256(each.read_bytes()).digest() for each in (tarball, pack(tmp_path))]
    assert both[0] == both[1]


def test_the_tests_of_a_fresh_project_pass(project: Path, memory_server: Server) -> None:
    output("node", "--test", "inbox.test.mjs", cwd=project, WEBHOOK_LOGGER_URL=memory_server.url)


@pytest.mark.parametrize(
    ("module", "resolution"), [("esnext", "bundler"), ("nodenext", "nodenext")]
)
def test_code_that_uses_the_package_type_checks(
    project: Path, module: str, resolution: str
) -> None:
    """Each file also has errors that the compiler must find."""
    options = {
        "strict": True,
        "noEmit": True,
        "target": "es2022",
        "lib": ["es2023", "dom"],
        "types": [],
        "jsx": "preserve",
        "module": module,
        "moduleResolution": resolution,
    }
    files = [each.name for each in FILES.glob("*.ts*")]
    config = {"compilerOptions": options, "files": files}
    (project / "tsconfig.json").write_text(json.dumps(config))
    assert output("node", tool("typescript", "tsc"), "-p", project, cwd=project) == ""

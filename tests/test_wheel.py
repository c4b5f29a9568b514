"""The wheel installs the client alone, or the server with its files. Needs the package index.

`make release` runs these tests with the files of the release: DIST names their folder.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from markdown_it import MarkdownIt
from packaging.metadata import Metadata

from tests.support.environments import create, install, other_python, run, uv_run
from tests.support.patience import PATIENCE_SECONDS
from tests.support.processes import ROOT, Server
from tests.test_supply import PROJECT
from webhook_logger import __version__, extras, providers
from webhook_logger.views.docs import DOCUMENTS

NOT_COPIED = shutil.ignore_patterns(".*", "node_modules", "tests", "bench", "build", "__pycache__")
SERVER_PACKAGES = (
    "flask",
    "flask_socketio",
    "eventlet",
    "werkzeug",
    "redis",
    "httptools",
    "orjson",
)

PINNED = ("--constraint", ROOT / "requirements.txt")

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist and then the wheel from it, in a copy: the repository gets no new files."""
    if folder := os.environ.get("DIST"):
        return Path(folder)
    source = tmp_path_factory.mktemp("source") / "webhook-logger"
    shutil.copytree(ROOT, source, ignore=NOT_COPIED)
    target = tmp_path_factory.mktemp("dist")
    uv_run("build", "--python", sys.executable, "--out-dir", target, source)
    return target


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    [wheel] = dist.glob("*-none-any.whl")
    return wheel


def test_the_metadata_is_valid_and_its_links_lead_to_the_repository(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = Metadata.from_email(archive.read(name))  # raises an error for each wrong field
    assert str(metadata.version) == __version__
    assert metadata.description_content_type == "text/markdown"
    html = MarkdownIt("commonmark").render(metadata.description or "")
    links = re.findall('(?:href|src)="([^"]+)"', html)
    assert len(links) > 10
    repository = f"{PROJECT['project']['urls']['Repository']}/"
    files = [link.partition(f"/v{__version__}/")[2] for link in links if repository in link]
    assert [link for link in links if not link.startswith(("https://", "http://", "#"))] == []
    assert [file for file in files if not (ROOT / file.partition("#")[0]).exists()] == []


@pytest.mark.parametrize(
    "version",
    ["3.10", *(pytest.param(each, marks=pytest.mark.long) for each in ("3.12", "3.13"))],
)
def test_the_wheel_works_with_each_python(wheel: Path, version: str, tmp_path: Path) -> None:
    """Without this Python on the machine, check that all dependencies have wheels for it.

    The other tests use the Python that runs the tests.
    """
    extras = ",".join(PROJECT["project"]["optional-dependencies"])
    interpreter = other_python(version)
    if interpreter is None:
        wanted = f"webhook-logger[{extras}] @ {wheel.as_uri()}"
        options = ("--only-binary", ":all:", "--python-version", version, "--no-header")
        assert "eventlet==" in uv_run("pip", "compile", *options, "-", stdin=wanted)
        return
    python = create(tmp_path / "venv", interpreter)
    install(python, f"{wheel}[{extras}]", "pytest")
    (tmp_path / "test_it.py").write_text(f"""
import sys, urllib.request
import webhook_logger.client.mcp.app, webhook_logger.client.tui.app

def test_it(webhook_inbox):
    urllib.request.urlopen(webhook_inbox.url, data=b'{{"a": 1}}').close()
    webhook_inbox.assert_received(json={{"a": 1}}, timeout={PATIENCE_SECONDS})
    assert "%d.%d" % sys.version_info[:2] == "{version}"
""")
    command = (python, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider")
    assert "1 passed" in run(*command, cwd=tmp_path)


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment with the client alone."""
    python = create(tmp_path_factory.mktemp("venv"))
    install(python, *PINNED, wheel)
    return python


@pytest.fixture(scope="module")
def python_with_server(python: Path, wheel: Path) -> Path:
    """Add the server, pytest and a plugin to the environment, after the tests of the client."""
    install(python, *PINNED, f"{wheel}[server]", "pytest", "pytest-asyncio")
    return python


def test_the_client_needs_no_package_of_the_server(python: Path) -> None:
    code = f"""
import importlib.util, webhook_logger.client
print([name for name in {SERVER_PACKAGES} if importlib.util.find_spec(name)])
"""
    assert run(python, "-W", "error", "-c", code).strip() == "[]"


def test_the_command_line_is_installed(python: Path) -> None:
    for command in ([python.parent / "webhook-logger"], [python, "-m", "webhook_logger"]):
        assert "serve" in run(*command, "--help")


def test_the_client_is_typed(python: Path) -> None:
    code = "import webhook_logger; print(webhook_logger.__path__[0])"
    assert (Path(run(python, "-c", code).strip()) / "py.typed").exists()


def test_the_client_has_the_registry_of_providers(python: Path) -> None:
    code = "from webhook_logger import providers; print(*providers.providers())"
    assert run(python, "-W", "error", "-c", code).split() == list(providers.ids())


def test_serve_names_the_missing_packages_of_the_server(python: Path) -> None:
    command = [python, "-m", "webhook_logger", "serve"]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode != 0
    assert extras.command("server") in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def installed_server(python_with_server: Path) -> Iterator[Server]:
    command = [str(python_with_server.parent / "webhook-logger"), "serve"]
    with Server(command, cwd=Path("/")) as server:
        yield server


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as response:
        return bytes(response.read())


def test_an_installed_server_has_all_its_files(installed_server: Server) -> None:
    page = fetch(f"{installed_server.url}/").decode()
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert any(asset.endswith(".js") or ".js?" in asset for asset in assets)
    assert any(".css" in asset for asset in assets)
    assert all(fetch(installed_server.url + asset) for asset in assets)
    installed = _files(Path(_folder(installed_server)) / "static")
    assert installed == _files(ROOT / "static")
    for path in ("/docs", *(f"/docs/{name}" for name in DOCUMENTS)):
        assert fetch(installed_server.url + path)


def _folder(server: Server) -> str:
    """Return the folder of the process' program."""
    command = Path(f"/proc/{server.pid}/cmdline").read_bytes().split(b"\0")
    return str(Path(command[1].decode()).parent)


def _files(folder: Path) -> set[str]:
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in paths if not path.name.startswith(".")}


def test_an_installed_pytest_has_the_fixtures(
    python_with_server: Path, installed_server: Server, tmp_path: Path
) -> None:
    test = """
import asyncio
import urllib.request

def test_it(webhook_inbox):
    urllib.request.urlopen(webhook_inbox.url).close()
    assert webhook_inbox.wait(timeout=60).method == "GET"

async def test_with_pytest_asyncio(async_webhook_inbox):
    response = await asyncio.to_thread(urllib.request.urlopen, async_webhook_inbox.url)
    response.close()
    await async_webhook_inbox.assert_received(method="GET", timeout=60)
"""
    (tmp_path / "test_it.py").write_text(test)
    asyncio = ("--asyncio-mode=auto", "-o", "asyncio_default_fixture_loop_scope=function")
    command = (python_with_server, "-m", "pytest", "-q", "-W", "error", *asyncio)
    option = f"--webhook-server={installed_server.url}"
    assert "2 passed" in run(*command, option, cwd=tmp_path)
    assert "2 passed" in run(*command, cwd=tmp_path)


def test_a_compiled_wheel_serves_with_compiled_modules(dist: Path, tmp_path: Path) -> None:
    compiled = [*dist.glob("webhook_logger-*-cp*.whl")]
    if not compiled:
        pytest.skip("only `make release` builds it, with a C compiler")
    python = create(tmp_path / "venv")
    install(python, *PINNED, f"{compiled[0]}[server]")
    command = [str(python.parent / "webhook-logger"), "serve"]
    with Server(command, cwd=Path("/")) as server:
        metrics = fetch(f"{server.url}/metrics").decode()
        urllib.request.urlopen(f"{server.url}/{uuid4()}", b"hello").close()
    assert re.search(r'webhook_logger_build_info\{.*compiled="yes"', metrics)

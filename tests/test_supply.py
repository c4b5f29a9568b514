"""Dependencies are pinned with hashes, and the image contains the files that it needs."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path
from uuid import uuid4

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.backend import COMPILER
from tests.support.processes import ROOT, Server
from webhook_logger import __version__

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PINNED = sorted(ROOT.glob("requirements*.txt"))
# A pin and its hashes are one logical line.
_PIN = re.compile(
    r"^([\w.-]+)==([\w.]+)(?: ; .*?)?((?: \\\n    --hash=sha256:[0-9a-f]{64})*)$", re.MULTILINE
)


def pins(file: Path) -> dict[str, str]:
    return {name: version for name, version, _ in _PIN.findall(file.read_text())}


@pytest.mark.parametrize("file", PINNED, ids=lambda file: file.name)
def test_every_package_is_pinned_with_hashes(file: Path) -> None:
    lines = [line for line in file.read_text().splitlines() if re.match(r"[^\s#]", line)]
    hashed = [name for name, _, hashes in _PIN.findall(file.read_text()) if hashes]
    assert len(hashed) == len(lines) > 0


def test_a_package_has_one_version_in_all_files() -> None:
    versions: dict[str, set[str]] = {}
    for name, version in chain.from_iterable(pins(file).items() for file in PINNED):
        versions.setdefault(name, set()).add(version)
    assert {name: each for name, each in versions.items() if len(each) > 1} == {}


def test_pins_match_the_lists_of_the_project() -> None:
    """Fails when a list in pyproject.toml was changed without `make pins`, or when a pin is outside
    of the range that other people may install.
    """
    extras, groups = PROJECT["project"]["optional-dependencies"], PROJECT["dependency-groups"]
    server = [*PROJECT["project"]["dependencies"], *extras["server"]]
    separate = ("bench", "compile", "audit", "node")
    wanted = {
        "requirements.txt": server,
        "requirements-dev.txt": [*server, *chain.from_iterable(extras.values()), *groups["dev"]],
        **{f"requirements-{name}.txt": groups[name] for name in separate},
    }
    assert set(wanted) == {file.name for file in PINNED}
    for name, requirements in wanted.items():
        pinned = pins(ROOT / name)
        for requirement in map(Requirement, requirements):
            found = pinned.get(canonicalize_name(requirement.name))
            assert found is not None, requirement
            assert requirement.specifier.contains(found), f"{requirement}: {name} has {found}"


def test_a_compiled_wheel_is_built_with_the_pinned_compiler() -> None:
    assert PROJECT["dependency-groups"]["compile"][0] == COMPILER


def test_the_list_of_compiled_modules_names_modules() -> None:
    lines = (ROOT / "deploy/compiled.txt").read_text().splitlines()
    names = [line for line in lines if not line.startswith("#")]
    assert len(names) > 10
    assert names == sorted(set(names))
    assert [name for name in names if not [*(ROOT / "webhook_logger").glob(f"{name}.py")]] == []


def test_compiled_exceptions_inherit_from_compiled_ones_or_those_of_python() -> None:
    """Otherwise their import fails with Python 3.12 or newer, as in the image."""
    lines = (ROOT / "deploy/compiled.txt").read_text().splitlines()
    paths = [line for line in lines if not line.startswith("#")]
    names = {f"webhook_logger.{path.replace('/', '.')}" for path in paths}
    for name in names:
        for kind in vars(importlib.import_module(name)).values():
            is_own = isinstance(kind, type) and kind.__module__ == name
            if is_own and issubclass(kind, BaseException):
                assert {each.__module__ for each in kind.__mro__} <= {"builtins", *names}, kind


def test_extras_are_ranges_with_both_ends() -> None:
    """A pin or an open end in an extra would break other people's environments."""
    for requirement in chain.from_iterable(PROJECT["project"]["optional-dependencies"].values()):
        operators = sorted(part.operator for part in Requirement(requirement).specifier)
        assert operators == ["<", ">="], requirement


def test_images_have_exact_versions() -> None:
    text = (ROOT / "Dockerfile").read_text() + (ROOT / "docker-compose.yml").read_text()
    images = re.findall(r"^(?:FROM(?: --\S+)?|\s+image:) (\S+)", text, re.MULTILINE)
    assert len(images) >= 6
    for image in images:
        assert re.search(r":\d+\.\d+\.\d+(-|$)", image), image


def test_each_service_of_compose_is_limited_and_hardened() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert {"nginx", "caddy", "web", "redis"} == set(services)
    for name, service in services.items():
        assert {"cpus", "mem_limit", "pids_limit", "ulimits"} <= set(service), name
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_no_npm_package_runs_a_script_during_installation() -> None:
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text().splitlines()


# The tests do without Docker: they perform the steps of the last stage themselves.


def stages() -> list[str]:
    """Return the stages of the Dockerfile, with one instruction per line."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    return re.split("^FROM ", text, flags=re.MULTILINE)[1:]


def instructions(stage: str | None = None) -> Iterator[list[str]]:
    """Yield the words of each instruction in a stage, by default the last one."""
    for line in (stage or stages()[-1]).splitlines():
        if re.match("[A-Z]+ ", line):
            yield line.split()


def copied(stage: str | None = None) -> Iterator[tuple[str, str]]:
    """Yield each file or folder that a stage copies from the project, and its name there."""
    for word, *rest in instructions(stage):
        names = [name for name in rest if not name.startswith("--")]
        if word == "COPY" and not any(name.startswith("--from=") for name in rest):
            *sources, target = names
            for source in sources:
                is_folder = target.endswith("/")
                yield source, target + Path(source).name if is_folder else target


def is_excluded(name: str) -> bool:
    """Return whether .dockerignore excludes a file. The last matching line decides."""
    excluded = False
    for line in (ROOT / ".dockerignore").read_text().split("\n"):
        pattern = line.removeprefix("!").rstrip("/")
        parents = [name, *map(str, Path(name).parents)]
        if line and not line.startswith("#") and any(fnmatch(each, pattern) for each in parents):
            excluded = not line.startswith("!")
    return excluded


def test_each_stage_copies_files_of_the_build_context() -> None:
    sources = [source for stage in stages() for source, _ in copied(stage)]
    assert "package.json" in sources
    for source in sources:
        assert (ROOT / source).exists(), source
        assert not is_excluded(source), f"{source} is not in the build context"


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create the working directory of the image, and return its path."""
    app = tmp_path_factory.mktemp("image")
    for source, target in copied():
        if (ROOT / source).is_dir():
            # Other test processes write bytecode at the same time.
            no_bytecode = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / source, app / target, ignore=no_bytecode, dirs_exist_ok=True)
        else:
            (app / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / source, app / target)
    for library in ROOT.glob("*.so"):  # of compiled modules; the image has them from another stage
        shutil.copy2(library, app)
    return app


def test_the_image_contains_a_server_and_the_command_line(image: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(image)}
    cli = [sys.executable, "-m", "webhook_logger"]
    with Server([sys.executable, str(image / "wsgi.py")], cwd=image) as server:
        for arguments in (["--help"], ["send", f"{server.url}/{uuid4()}", "--data", "hello"]):
            done = subprocess.run(
                [*cli, *arguments], env=environment, cwd="/", capture_output=True, check=False
            )
            assert done.returncode == 0, done.stderr


def test_the_image_contains_the_licenses_of_its_parts(image: Path) -> None:
    assert (image / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    notices = (image / "static/vendor/NOTICES.txt").read_text()
    for name, text in (("lit", "BSD-3-Clause"), ("socket.io-client", "Permission is hereby")):
        assert re.search(rf"^{re.escape(name)}, \d", notices, re.MULTILINE)
        assert text in notices


def test_the_image_contains_the_bills_of_materials_of_both_languages() -> None:
    made = [stage for stage in stages() if ".cdx.json" in stage]
    copies = [" ".join(rest) for word, *rest in instructions() if word == "COPY"]
    assert len(made) == 2
    assert len([copy for copy in copies if "/sbom" in copy]) == 2


def test_the_bill_of_materials_has_each_package_that_the_page_contains() -> None:
    done = subprocess.run([ROOT / "deploy/npm-sbom"], capture_output=True, check=True)
    bom = json.loads(done.stdout)
    listed = {package["purl"].replace("%40", "@") for package in bom["components"]}
    notices = (ROOT / "static/vendor/NOTICES.txt").read_text()
    contained = re.findall(r"^(\S+), (\d\S*), ", notices, re.MULTILINE)
    assert len(contained) > 10
    assert {f"pkg:npm/{name}@{version}" for name, version in contained} <= listed


def test_the_base_images_are_replaced_by_digests_and_recorded(tmp_path: Path) -> None:
    dockerfile, record, docker = (tmp_path / name for name in ("Dockerfile", "record", "docker"))
    shutil.copy(ROOT / "Dockerfile", dockerfile)
    digest = f"sha256:{'0a' * 32}"
    docker.write_text(f"#!/bin/sh\necho '\"{digest}\"'\n")
    docker.chmod(0o755)
    command = (ROOT / "deploy/pin-images", dockerfile, record)
    env = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert done.stdout == f"digest={digest}\n"
    before, after = (
        re.findall(r"^FROM (?:--\S+ )?(\S+)", file.read_text(), re.MULTILINE)
        for file in (ROOT / "Dockerfile", dockerfile)
    )
    assert after == [f"{image}@{digest}" for image in before]
    assert set(record.read_text().split()) == set(after)


def test_the_image_runs_as_a_numeric_user() -> None:
    [user] = [rest for word, *rest in instructions() if word == "USER"]
    assert re.fullmatch(r"[1-9]\d*(:[1-9]\d*)?", user[0])


def test_all_packages_name_the_same_repository_and_site() -> None:
    urls = PROJECT["project"]["urls"]
    repository, site = urls["Repository"], urls["Documentation"]
    npm = json.loads((ROOT / "deploy/npm/package.json").read_text())
    chart = yaml.safe_load((ROOT / "deploy/helm/webhook-logger/Chart.yaml").read_text())
    [source] = re.findall('image.source="(.+)"', (ROOT / "Dockerfile").read_text())
    [described] = re.findall('REPOSITORY = "(.+)"', (ROOT / "setup.py").read_text())
    assert npm["repository"]["url"] == f"git+{repository}.git"
    assert npm["bugs"] == urls["Issues"]
    assert chart["sources"] == [source] == [described] == [repository]
    assert npm["homepage"] == chart["home"] == site
    settings = (ROOT / "mkdocs.yml").read_text()
    assert f"site_url: {site}\n" in settings
    assert f"repo_url: {repository}\n" in settings


def test_the_notes_of_a_release_are_those_of_its_version() -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    notes = subprocess.run(
        [ROOT / "deploy/release", "--notes"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PATH": path},
    )
    assert notes.stdout.count("### Added") == 1
    links = re.findall(r"\]\(([^)]+)\)", notes.stdout)
    repository = PROJECT["project"]["urls"]["Repository"]
    assert f"{repository}/blob/v{__version__}/docs/upgrading.md" in links
    assert [link for link in links if not link.startswith("https://")] == []

"""Generate tables in the documents from the code.

Each table in a document is a cog block that calls one of these functions. `make fix` writes the
tables, and `make lint` fails when one is out of date.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import Field, fields
from pathlib import Path

from click.testing import CliRunner

from config import Config
from deploy.markdown import code, one_line, table
from webhook_logger.__main__ import cli
from webhook_logger.client import capacity as model
from webhook_logger.client.commands import providers as command
from webhook_logger.client.filter_parser import FIELDS
from webhook_logger.client.mcp import agent_session, sessions
from webhook_logger.client.mcp.tools.arguments import MAX_LIMIT, MAX_SECONDS
from webhook_logger.client.mcp.tools.requests import MAX_HAR_BYTES
from webhook_logger.client.mcp.transports import TOOLS
from webhook_logger.client.tui.dialogs import KEYS
from webhook_logger.errors import Reason
from webhook_logger.metrics import Ending, Metrics, combinations
from webhook_logger.providers import Provider
from webhook_logger.providers import providers as registry

ROOT = Path(__file__).parents[1]


def settings(*names: str) -> str:
    """Return these settings of config.py, or all settings if there are no names."""
    rows = [_setting(row) for row in fields(Config) if not names or row.name in names]
    return table(("setting", "default", "meaning"), rows)


def limits() -> str:
    """Return the settings that are limits, and the effect of exceeding each."""
    rows = [
        (*_setting(row), row.metadata["over"]) for row in fields(Config) if "over" in row.metadata
    ]
    return table(("setting", "default", "limit", "when exceeded"), rows)


def metrics() -> str:
    """Return the metrics of `/metrics`, with their names in Prometheus."""
    rows = []
    combined = combinations()
    for family in Metrics().collect():
        name = f"{family.name}_total" if family.type == "counter" else family.name
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        about = (family.type, code(sorted(labels)), combined[family.name])
        rows.append((f"`{name}`", *about, family.documentation))
    return table(("metric", "type", "labels", "workers", "meaning"), rows)


def endings() -> str:
    """Return the reasons for which a worker disconnects a viewer, as labels of the metric."""
    return table(("reason", "meaning"), [(f"`{each.word}`", each.meaning) for each in Ending])


def reasons() -> str:
    """Return the reasons of errors."""
    rows = [(f"`{each.word}`", f"`{each.status}`", each.where, each.meaning) for each in Reason]
    return table(("reason", "status", "where", "meaning"), rows)


def estimate(*options: str) -> str:
    """Return what `webhook-logger capacity` prints with these options, as a block of text."""
    output = CliRunner().invoke(cli, ["capacity", *options]).output
    return f"```\n{output}```"


def costs() -> str:
    """Return the measured costs from which capacities are estimated."""
    idle = (model.WORKER_MEMORY, model.VIEWER_MEMORY)
    rows = [
        ("a request is accepted", _cost(model.ACCEPT), _cost(model.PUBLISH)),
        ("the request opens a new connection", f"{_cost(model.CONNECT)} more", ""),
        (
            *("a worker with viewers of the callback receives it", _cost(model.RECEIVE)),
            _cost(model.FAN_OUT),
        ),
        ("it is written to one viewer", _cost(model.DELIVER), ""),
        ("a viewer is connected, per second", _cost(model.WATCH), _cost(model.PRESENCE)),
        ("a viewer connects and joins", _cost(model.JOIN), ""),
        ("a worker without load, per second", _cost(model.WORKER), ""),
    ]
    memory = "A worker needs {:.0f} MB, and {:.0f} kB for each viewer on a WebSocket."
    costs = table(("event", "CPU of a worker", "CPU of Redis"), rows)
    return f"{costs}\n\n{memory.format(idle[0] / 1e6, idle[1] / 1e3)}"


def _cost(cost: model.Cost) -> str:
    each = f"{cost.each * 1e6:,.0f} µs"
    return f"{each}, and {cost.per_byte * 1e9:.1f} ns per byte" if cost.per_byte else each


def capacity(viewers_per_request: int) -> str:
    """Return the largest load for numbers of workers and Redis shards, by the model."""
    mix = model.Demand(requests=1, viewers=viewers_per_request)
    plans = model.table(mix, workers=(1, 2, 5, 10, 20, 50, 100), shards=(1, 3, 10))
    head = ("workers", "Redis shards", "requests/s", "viewers", "deliveries/s", "breaks first")
    return table(head, map(_plan, plans))


def filter_fields() -> str:
    """Return the fields of a filter."""
    rows = [
        (f"`{name}:`", code([field["example"]]), field["meaning"]) for name, field in FIELDS.items()
    ]
    return table(("field", "example", "searches"), rows)


def providers() -> str:
    """Return the providers of the registry, as `webhook-logger providers` prints them."""
    return table(command.HEAD, map(_provider, registry().values()))


def page_keys(group: str) -> str:
    """Return the keys of the page in one of its groups."""
    print_keys = "import(process.argv[1]).then((m) => console.log(JSON.stringify(m.SHORTCUTS)))"
    command = ["node", "--eval", print_keys, str(ROOT / "static/js/browser/shortcuts.js")]
    output = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603
    rows = [
        (f"`{key['key'].replace('Escape', 'Esc')}`", key["action"])
        for key in json.loads(output)
        if key["group"] == group
    ]
    return table(("key", "effect"), rows)


def view_keys() -> str:
    """Return the keys of the interactive view of `listen`."""
    return table(("key", "effect"), [(code(keys.split()), effect) for keys, effect in KEYS])


def mcp_tools() -> str:
    """Return the tools of `webhook-logger mcp`."""
    rows = [
        (f"`{tool.name}`", code(tool.parameters["properties"]), tool.description.split("\n\n")[0])
        for tool in TOOLS
    ]
    return table(("tool", "arguments", "effect"), [(*row[:2], one_line(row[2])) for row in rows])


def mcp_limits() -> str:
    """Return the limits of `webhook-logger mcp`."""
    dropped = "the oldest are dropped, and counted"
    rows = [
        ("callbacks of a session", f"{agent_session.MAX_CALLBACKS}", "an error"),
        ("requests of a session", f"{agent_session.MAX_REQUESTS:,}", dropped),
        ("their size, over stdio", _mib(agent_session.MAX_BYTES), dropped),
        ("their size, over HTTP", _mib(sessions.SHARED_BYTES), dropped),
        ("sessions over HTTP", f"{sessions.MAX_SESSIONS}", "an error"),
        ("time without a call, over HTTP", f"{sessions.IDLE_SECONDS / 60:g} minutes", "it ends"),
        ("seconds of `wait_for_request`", f"{MAX_SECONDS}", "an error"),
        ("characters of a body in a result", f"{MAX_LIMIT:,}", "read on with `body_offset`"),
        ("size of a HAR as a resource", _mib(MAX_HAR_BYTES), "an error; use a filter or a file"),
    ]
    return table(("limit", "value", "when exceeded"), rows)


def _mib(size: int) -> str:
    return f"{size >> 20} MiB"


def _provider(provider: Provider) -> tuple[str, ...]:
    id_, name, signature, handshake, rule = command.cells_of(provider)
    link = f"[{name}]({provider.entry['documentation']})"
    return f"`{id_}`", link, signature, handshake, code(rule.split(", "))


def _setting(row: Field[object]) -> tuple[str, str, str]:
    default = ",".join(row.default) if isinstance(row.default, tuple) else row.default
    shown = "none" if default in (None, "") else f"`{default}`"
    text = row.metadata["help"]
    if "is_secret" in row.metadata:
        text += f" `{row.name}_FILE` can name a file that contains it instead."
    return f"`{row.name}`", shown, text


def _plan(plan: model.Plan) -> tuple[str, ...]:
    numbers = (plan.load.requests, plan.load.viewers, plan.deliveries)
    rounded = (f"{float(f'{number:.2g}'):,.0f}" for number in numbers)
    return str(plan.workers), str(plan.shards), *rounded, plan.first

"""The application factory."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Request
from werkzeug.routing import MapAdapter

from config import ROOT, Config, ConfigError
from webhook_logger.access import Access
from webhook_logger.block_list import BlockListError, BlockListFile
from webhook_logger.delivery import (
    WIRE_VERSION,
    AddressError,
    Credentials,
    Delivery,
    QueueAddress,
    QueueLimits,
    QueuePersists,
    RecoveryLimits,
    TlsFiles,
    UnsuitableQueue,
    make_delivery,
    queue_address,
)
from webhook_logger.errors import Reason
from webhook_logger.hosts import Hosts, make_hosts, separate
from webhook_logger.metrics import Metrics
from webhook_logger.senders import callback
from webhook_logger.senders.handshakes import find_nothing, handshake_finder
from webhook_logger.senders.refusals import Refusals
from webhook_logger.serving.load import Load
from webhook_logger.serving.parsed import only_needed
from webhook_logger.serving.prefix import mount
from webhook_logger.serving.proxies import Trusted, trust_proxies
from webhook_logger.settings import Secret
from webhook_logger.top import TopList
from webhook_logger.viewers import ViewerLimits, make_viewers
from webhook_logger.views import errors, pages
from webhook_logger.views.assets import make_assets
from webhook_logger.views.dashboard import make_dashboard
from webhook_logger.views.docs import make_docs
from webhook_logger.views.events import make_events
from webhook_logger.views.health import Health, OtherWorkers, make_health
from webhook_logger.views.operator import make_operator
from webhook_logger.views.paths import PathRules
from webhook_logger.views.replies import make_replies
from webhook_logger.views.responses import make_responses

log = logging.getLogger(__name__)


class App(Flask):
    """A Flask app that selects a view only by the path, and that can drain."""

    draining = False

    @property
    def has_viewers(self) -> bool:
        """Return whether this worker has viewers."""
        return bool(self.extensions["admission"].viewers)

    def has_peers(self) -> bool:
        """Return whether other workers share the queue."""
        delivery: Delivery = self.extensions["delivery"]
        return delivery.has_peers()

    def send_bye(self, seconds: float) -> None:
        """Accept no more viewers, and notify the others for how long they are still served."""
        self.extensions["admission"].drain(seconds)

    def stop_waiting(self) -> None:
        """Respond to all senders that wait for a responder or for a delayed reply."""
        view: Any = self.view_functions["callback"]
        view.stop_waiting()

    def begin_disconnecting(self) -> None:
        """Count viewers that leave from now on as disconnected, and end the polls in progress."""
        self.extensions["admission"].begin_disconnecting()

    def refused(self, line: str, reason: Reason) -> None:
        """Count a request that `serving` refused, and report it if it names a callback."""
        self.extensions["refusals"].of_line(line, reason)

    def limit_viewers(self, maximum: int) -> None:
        """Lower the maximum number of viewers to this one."""
        self.extensions["admission"].limit_viewers(maximum)

    def rule_of(self, target: str) -> tuple[str, str]:
        """Return the rule of a request target, for the access log, and the UUID of a callback."""
        rules: PathRules = self.extensions["path_rules"]
        return rules(target)

    def observe(self, load: Load) -> None:
        """Show the load of the process in the metrics."""
        metrics: Metrics = self.extensions["metrics"]
        metrics.event_loop_lag_seconds = load.event_loop_lag
        metrics.connections = lambda: load.slots.taken
        metrics.connections_limit = load.slots.connections
        metrics.requests_in_flight = lambda: load.slots.busy
        metrics.viewers_limit = lambda: self.extensions["admission"].max_viewers
        metrics.draining = lambda: self.draining

    def report(self, question: str) -> str:
        """Return the report that another worker of the same supervisor asks for."""
        return self._health.report(question)

    def store_metrics(self) -> None:
        """Keep the metrics for the time after this worker has ended."""
        self._health.store()

    @property
    def _health(self) -> Health:
        health: Health = self.extensions["health"]
        return health

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Bind the URL map without reading `Host` or `Upgrade`, which can have any value."""
        if request is None:
            return super().create_url_adapter(request)
        return self.url_map.bind(
            "localhost",
            script_name=request.root_path,
            path_info=_path_of(request),
            query_args=request.query_string.decode("latin-1"),
            default_method=request.method,
        )


def _path_of(request: Request) -> str:
    """Return the decoded path, or for one that begins with two slashes, a path without a view.

    Werkzeug strips leading slashes, so that `//<uuid>` would match a callback.
    """
    return "/\0" if request.environ["PATH_INFO"].startswith("//") else request.path


def _queue_address(config: Config) -> QueueAddress | None:
    """Return the address of the queue, if there is one. Raises `AddressError`."""
    if config.REDIS_URL is None:
        return None
    return queue_address(
        config.REDIS_URL.reveal(),
        config.QUEUE_TIMEOUT,
        Credentials(_revealed(config.REDIS_USERNAME), _revealed(config.REDIS_PASSWORD)),
        Credentials(
            _revealed(config.REDIS_SENTINEL_USERNAME), _revealed(config.REDIS_SENTINEL_PASSWORD)
        ),
        TlsFiles(config.REDIS_CA_FILE, config.REDIS_CERT_FILE, config.REDIS_KEY_FILE),
    )


def _revealed(secret: Secret | None) -> str | None:
    return secret.reveal() if secret else None


def _viewer_limits(config: Config) -> ViewerLimits:
    return ViewerLimits(
        viewers=config.MAX_VIEWERS,
        viewers_per_address=config.MAX_VIEWERS_PER_ADDRESS,
        messages_per_second=config.MAX_MESSAGES_PER_SECOND,
        message_bytes=config.MAX_MESSAGE_BYTES,
        queue_bytes=config.MAX_VIEWER_QUEUE_BYTES,
        rooms=config.MAX_ROOMS_PER_VIEWER,
    )


def _sender_limits(config: Config) -> callback.SenderLimits:
    return callback.SenderLimits(
        config.MAX_BODY_BYTES, config.MAX_SENDERS_PER_ADDRESS, config.RESPONSE_TIMEOUT
    )


def _trusted(config: Config) -> Trusted:
    return Trusted(
        config.TRUSTED_PROXIES, config.TRUSTED_PROXIES_PROTO, config.TRUSTED_PROXIES_HOST
    )


def _hosts(config: Config) -> Hosts:
    try:
        hosts = make_hosts(config.CALLBACK_URL, config.DASHBOARD_URL, config.URL_PREFIX)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    if hosts.may_share_cookies:
        log.warning(
            "The hosts of CALLBACK_URL and DASHBOARD_URL may belong to one registrable domain. "
            "Then a cookie can be valid for both, and reach captured requests."
        )
    return hosts


def _access(config: Config) -> Access:
    path = config.BLOCK_LIST_FILE
    try:
        blocks = BlockListFile(path) if path else None
    except BlockListError as error:
        raise ConfigError(f"The setting BLOCK_LIST_FILE: {error}.") from None
    return Access(config.OPEN_CALLBACKS == "on", config.REPLIES == "on", blocks)


def create_app(config: Config, others: OtherWorkers | None = None) -> App:
    """Return the application of one worker, with delivery started.

    `others` are the other workers of the same supervisor, if there is one.

    Raises `ConfigError` if the queue or the block list does not suit the settings, or if two
    settings contradict each other.
    """
    hosts = _hosts(config)
    app = App(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.url_map.strict_slashes = app.url_map.merge_slashes = False

    # Delivery, in process or through the queue
    app.extensions["metrics"] = metrics = Metrics()
    metrics.build_info["wire"] = WIRE_VERSION
    limits = QueueLimits(config.QUEUE_TIMEOUT, config.QUEUE_BACKLOG, config.QUEUE_BACKLOG_BYTES)
    recovery = RecoveryLimits(
        config.RECOVERY_SECONDS, config.RECOVERY_BYTES, config.RECOVERY_TOTAL_BYTES
    )
    try:
        delivery = make_delivery(
            _queue_address(config),
            limits,
            config.MAX_REQUESTS_PER_SECOND,
            recovery,
            config.REDIS_KEY_PREFIX,
        )
    except (AddressError, QueuePersists, UnsuitableQueue) as error:
        raise ConfigError(str(error)) from None

    token = config.OPERATOR_TOKEN.reveal() if config.OPERATOR_TOKEN else None
    top = TopList() if token else None
    app.extensions["delivery"] = delivery
    app.extensions["refusals"] = refusals = Refusals(delivery, metrics, config.URL_PREFIX, top)

    access = _access(config)

    # Views
    find = handshake_finder() if config.HANDSHAKES == "on" else find_nothing
    callback.register(app, delivery, metrics, refusals, access, _sender_limits(config), find, top)
    app.register_blueprint(make_assets(ROOT / "static"))
    app.register_blueprint(make_dashboard(access, config.MAX_BODY_BYTES, hosts.callbacks))
    max_changes = config.MAX_REPLY_CHANGES_PER_MINUTE
    app.register_blueprint(make_replies(delivery, access, max_changes, hosts.callbacks))
    app.register_blueprint(make_responses(delivery, access, config.MAX_BODY_BYTES))
    app.extensions["health"] = health = Health(app, delivery, metrics, others)
    app.register_blueprint(make_health(health))
    app.register_blueprint(make_docs(ROOT / "docs", config.URL_PREFIX))
    pages.register(app, config.FRAME_ANCESTORS)
    errors.register(app, refusals.of_line)
    app.extensions["path_rules"] = PathRules(app.url_map, config.URL_PREFIX)

    # Viewers
    viewers = make_viewers(
        app,
        delivery,
        metrics,
        access,
        _viewer_limits(config),
        config.CORS_ALLOWED_ORIGINS,
        config.URL_PREFIX,
        hosts.callbacks,
        others.session_suffix if others else "",
    )

    app.extensions["admission"] = viewers.admission
    app.register_blueprint(make_events(access, viewers.events))
    app.register_blueprint(make_operator(token, top, viewers.viewers_of))

    # Middleware
    wrapped = callback.dispatch(app, only_needed(app.wsgi_app))
    wrapped = separate(wrapped, hosts, refusals.of_line)
    wrapped = trust_proxies(wrapped, config.BALANCER_HEADERS, _trusted(config))
    wrapped = mount(config.URL_PREFIX, wrapped)
    app.wsgi_app = wrapped  # type: ignore[method-assign,assignment]
    return app

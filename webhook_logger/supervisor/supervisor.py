"""Start the workers, start again those that end, replace them one by one, and end them all.

One thread waits for signals, for reports of the workers and for the next time to do something.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial

from webhook_logger.serving.logs import COUNTED
from webhook_logger.serving.port import ServingError
from webhook_logger.serving.signals import Signals
from webhook_logger.supervisor.place import Place
from webhook_logger.supervisor.private_redis import PrivateRedis
from webhook_logger.supervisor.worker import Program, WorkerProcess, description_of

log = logging.getLogger(__name__)


class Supervisor:
    """The workers of all places."""

    def __init__(
        self,
        program: Program,
        places: list[Place],
        redis: PrivateRedis | None,
        stop_seconds: float,
        announce: Callable[[], None],
    ) -> None:
        self._program = program
        self._places = places
        self._redis = redis
        self._stop_seconds = stop_seconds
        """Maximum time that a worker needs to drain and end."""
        self._announce = announce
        self._is_announced = False
        self._is_stopping = False
        self._is_killing = False
        self._status = os.EX_OK
        self._numbers = 0
        self._waiting: deque[Place] = deque()
        """The places whose workers are still to be replaced."""
        self._replacing: Place | None = None
        """The place whose worker is being replaced."""
        self._selector = selectors.DefaultSelector()

    def run(self, signals: Signals) -> int:
        """Supervise until all workers have ended. Return the status of this process."""
        signals.received.setblocking(False)
        read = partial(self._receive_signals, signals)
        self._selector.register(signals.received, selectors.EVENT_READ, read)
        # The others wait for the first: a wrong setting is then reported once.
        self._start(self._places[0])
        while not self._is_over():
            for key, _ in self._selector.select(self._seconds_to_wait()):
                key.data()
            self._act_in_time()
            self._continue_restart()
        return self._status

    def _is_over(self) -> bool:
        return self._is_stopping and not any(self._processes())

    def _processes(self) -> Iterator[WorkerProcess]:
        for place in self._places:
            yield from place.processes

    def _receive_signals(self, signals: Signals) -> None:
        for number in signals.received.recv(64):
            if number == signal.SIGHUP:
                self._begin_restart()
            elif number == signal.SIGTERM and not self._is_stopping:
                self._drain_all()
            elif number != signal.SIGCHLD:
                self._kill_all()
        # After every signal, because a flood of other signals can displace SIGCHLD.
        self._reap()

    # Start

    def _start(self, place: Place, is_replacement: bool = False) -> None:
        self._numbers += 1
        try:
            worker = WorkerProcess(self._program, self._numbers, place.listener, is_replacement)
        except (OSError, ServingError) as error:
            self._start_failed(place, is_replacement, error)
            return
        if is_replacement:
            place.replacement = worker
        else:
            place.worker, place.delay.due = worker, None
        log.info("Worker %d starts as process %d.", worker.number, worker.pid)
        report = partial(self._receive_report, place, worker)
        self._selector.register(worker.control, selectors.EVENT_READ, report)

    def _start_failed(self, place: Place, is_replacement: bool, error: Exception) -> None:
        """Keep what works when the system cannot start a process now: the program is missing while
        it is installed again, or file descriptors are. Raises `ServingError` at the first start.
        """
        text = getattr(error, "strerror", None) or str(error)
        if not self._is_announced and not any(self._processes()):
            raise ServingError(f"Cannot start a worker: {text}") from None
        how = f"at its start ({text})"
        if is_replacement:
            self._replacement_failed(place, self._numbers, how)
        else:
            self._start_later(place, time.monotonic(), self._numbers, how)

    def _receive_report(self, place: Place, worker: WorkerProcess) -> None:
        if worker.returncode is not None:  # SIGCHLD came first
            return
        if not worker.receive():  # its end follows with SIGCHLD
            self._selector.unregister(worker.control)
            return
        if worker is place.replacement:
            place.replace(self._stop_seconds)
            if place.leaving:
                text = "Worker %d is ready. Worker %d leaves."
                log.info(text, worker.number, place.leaving.number)
        elif worker is self._places[0].worker and not self._is_announced:
            for other in self._places[1:]:
                if not other.worker and other.delay.due is None:
                    self._start(other)
        self._announce_once()

    def _announce_once(self) -> None:
        if not self._is_announced and all(each.is_up or each.has_failed for each in self._places):
            self._is_announced = True
            self._announce()

    # The end of processes

    def _reap(self) -> None:
        """Wait for each process that has ended; as process 1 of a container, for orphans, too."""
        while True:
            try:
                ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                return
            if ended is None:
                return
            # At once, because the kernel still gives new connections to a dead worker's socket.
            for place in self._places:
                place.close_after(ended.si_pid)
            pid, status = os.waitpid(ended.si_pid, 0)
            self._process_ended(pid, status)

    def _process_ended(self, pid: int, status: int) -> None:
        if self._redis and pid == self._redis.pid:
            how = description_of(self._redis.ended(status))
            if not self._is_stopping:
                self._redis.start_later(how)
        for place in self._places:
            for worker in list(place.processes):
                if worker.pid == pid:
                    self._worker_ended(place, worker, status)

    def _worker_ended(self, place: Place, worker: WorkerProcess, status: int) -> None:
        if worker.control in self._selector.get_map():
            self._selector.unregister(worker.control)
        how = worker.ended(status)
        was_leaving, was_replacement = worker is place.leaving, worker is place.replacement
        place.remove(worker)
        if self._is_stopping or was_leaving:
            self._ended_as_asked(worker, how)
        elif was_replacement:
            self._replacement_failed(place, worker.number, how)
        elif not self._is_announced and not any(each.is_up for each in self._places):
            self._first_failed(worker, how)
        elif place.replacement:
            log.error("Worker %d ended %s.", worker.number, how, extra=COUNTED)
        else:
            self._start_later(place, worker.started, worker.number, how)

    def _ended_as_asked(self, worker: WorkerProcess, how: str) -> None:
        if worker.returncode and worker.is_accepting and not self._is_killing:
            log.error("Worker %d ended %s.", worker.number, how, extra=COUNTED)
            if self._is_stopping:
                self._status = 1

    def _start_later(self, place: Place, started: float, number: int, how: str) -> None:
        place.close()
        place.has_failed = True
        seconds = place.delay.failed(started)
        text = "Worker %d ended %s. Another one starts in %.1f seconds."
        log.error(text, number, how, seconds, extra=COUNTED)
        self._announce_once()

    def _first_failed(self, worker: WorkerProcess, how: str) -> None:
        """End, because no worker can start. It has reported the reason."""
        if worker.returncode != 1:
            log.error("Worker %d ended %s while it started.", worker.number, how)
        self._status = 1
        self._is_stopping = True

    # Things to do at a time

    def _times(self) -> Iterator[float | None]:
        yield from (place.delay.due for place in self._places)
        yield from (worker.deadline for worker in self._processes())
        yield self._redis.delay.due if self._redis else None

    def _seconds_to_wait(self) -> float | None:
        times = [due for due in self._times() if due is not None]
        return max(0.0, min(times) - time.monotonic()) if times else None

    def _act_in_time(self) -> None:
        now = time.monotonic()
        for place in self._places:
            if place.delay.due is not None and place.delay.due <= now:
                self._start(place)
        redis = self._redis
        if redis and redis.delay.due is not None and redis.delay.due <= now:
            redis.start_again()
        for worker in self._processes():
            if worker.deadline is not None and worker.deadline <= now:
                log.error("Worker %d takes too long: it is killed.", worker.number, extra=COUNTED)
                worker.deadline = None
                worker.kill()

    # Rolling restart

    def _begin_restart(self) -> None:
        """Replace all workers that run now, also one that just replaces another."""
        if self._is_stopping or not self._is_announced:
            return
        log.info("SIGHUP: all workers are replaced, one after the other.")
        self._waiting = deque(self._places)

    def _continue_restart(self) -> None:
        """Replace the next worker, if the previous one has ended."""
        while not self._is_stopping:
            if self._replacing and (self._replacing.replacement or self._replacing.leaving):
                return
            if self._replacing and not self._waiting:
                log.info("All workers are replaced.")
            self._replacing = None
            if not self._waiting or (self._waiting[0].worker and not self._waiting[0].is_up):
                return  # a worker that starts is replaced afterwards
            place = self._waiting.popleft()
            if place.worker is None:
                place.delay.due = time.monotonic()
            else:
                self._replacing = place
                self._start(place, is_replacement=True)

    def _replacement_failed(self, place: Place, number: int, how: str) -> None:
        self._waiting.clear()
        self._replacing = None
        text = "Worker %d ended %s before it was ready to replace another one. "
        if place.worker:
            log.error(
                text + "Worker %d stays, and no other worker is replaced.",
                *(number, how, place.worker.number),
                extra=COUNTED,
            )
        else:
            self._start_later(place, time.monotonic(), number, how)

    # End

    def _drain_all(self) -> None:
        self._is_stopping = True
        for place in self._places:
            place.close()
        for worker in self._processes():
            worker.drain(self._stop_seconds)

    def _kill_all(self) -> None:
        self._is_stopping = self._is_killing = True
        for place in self._places:
            place.close()
        for worker in self._processes():
            worker.kill()

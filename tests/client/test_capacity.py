"""The model of capacity adds up, and finds what breaks first."""

from __future__ import annotations

from webhook_logger.client.capacity import TARGET, Demand, Plan, largest, plan

LOAD = Demand(requests=5000, viewers=20_000)


def test_a_plan_is_the_smallest_that_fits() -> None:
    found = plan(LOAD)
    assert found.fits
    assert not Plan(LOAD, found.workers - 1, found.shards).fits
    many = plan(Demand(requests=60_000, viewers=10))
    assert many.shards > 1
    assert not Plan(many.load, many.workers, many.shards - 1).fits


def test_each_resource_grows_with_the_load() -> None:
    before, after = Plan(LOAD, 4, 1), Plan(LOAD.times(2), 4, 1)
    for name, share in before.shares().items():
        assert after.shares()[name] > share, name
    assert after.descriptors > before.descriptors
    assert after.worker_memory > before.worker_memory
    assert after.join_seconds == 2 * before.join_seconds


def test_a_second_worker_receives_only_what_its_viewers_watch() -> None:
    alone = Demand(requests=1000, viewers=1000, viewers_per_callback=1)
    assert Plan(alone, 1, 1).receivers == 1
    assert round(Plan(alone, 100, 1).receivers, 9) == 1
    shared = Demand(requests=1000, viewers=1000, viewers_per_callback=1000)
    assert 99 < Plan(shared, 100, 1).receivers <= 100
    assert Plan(Demand(requests=1000, viewers=0), 3, 1).receivers == 0


def test_a_callback_has_no_more_viewers_than_there_are() -> None:
    assert Plan(Demand(requests=10, viewers=1), 1, 1).deliveries == 10
    assert Plan(Demand(requests=10, viewers=0), 1, 1).deliveries == 0


def test_the_first_bottleneck_depends_on_the_load() -> None:
    assert Plan(LOAD, 1, 1).first == "CPU of the workers"
    assert Plan(LOAD, 100, 1).first == "CPU of Redis"
    large = Demand(requests=5000, viewers=100, body_bytes=100_000)
    assert Plan(large, 100, 1).first == "network of Redis at 1 Gbit/s"


def test_the_largest_plan_fits_and_a_larger_one_does_not() -> None:
    found = largest(Demand(requests=1, viewers=4), workers=10, shards=3)
    assert found.fits
    assert max(found.shares().values()) > TARGET * 0.999
    assert not Plan(found.load.times(1.01), 10, 3).fits

"""Kill -9 at any request, before or after its effect: started again, nothing is done twice."""
import concurrent.futures
import signal

import pytest
from model_server import INSTANT
from workplace import UPDATE

CREATE = ["CreateStack"]
WORKERS = 4  # most of the time is waiting
BEYOND = 3   # a run may make a request or two more than the one that was counted


def in_sync(place, model, done):
    """Started again it ends well: all was done exactly once, nothing is left, nothing is to do."""
    place.once()
    for stack in ("town", "shop"):
        assert model.accepted(stack) == done, place.everything_said()
        assert model.change_sets(stack) == []
    assert place.plan().returncode == 0
    assert model.live("shop")["parameters"] == {"Size": "large" if UPDATE[0] in done else "small",
                                                "Version": "2" if UPDATE[0] in done else "1"}


def prepared(model, make_workplace, updating):
    """A place with something to do, and what will have been done in the end."""
    place = make_workplace(model)
    place.town()
    if not updating:
        return place, CREATE
    place.once()
    place.cluster("large")
    place.service("2")
    return place, CREATE + UPDATE


@pytest.fixture(name="start")
def fixture_start(start_model, make_workplace):
    def start(updating):
        model = start_model()
        model.scenario(options={"schedule": {**INSTANT, "create_ms": 20, "update_ms": 20,
                                             "change_set_ms": 20}})
        return model, *prepared(model, make_workplace, updating)
    return start


@pytest.mark.parametrize("kind", ["kill-before", "kill-after"])
@pytest.mark.parametrize("what", ["create", "update"])
def test_at_every_request(start, kind, what):
    model, place, done = start(what == "update")
    seen = model.mark()
    in_sync(place, model, done)
    count = len(model.sent(seen))
    runs = [start(what == "update") for _ in range(count + BEYOND)]

    def run(number):
        model, place, done = runs[number]
        status = place.killed(kind, number, "--once")
        assert status in (0, -signal.SIGKILL), place.everything_said()
        in_sync(place, model, done)
        return status

    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        ends = list(pool.map(run, range(len(runs))))
    assert ends.count(-signal.SIGKILL) >= count // 2


def test_killed_again_and_again(start):
    """One gets a request or a few further than the one before; what they began is ended."""
    model, place, done = start(True)
    kills = 0
    while place.killed("kill-after", kills % 7, "--once") != 0:
        kills += 1
        assert kills < 100, place.everything_said()
    assert kills > 3
    in_sync(place, model, done)

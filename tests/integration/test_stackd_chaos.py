"""Everything at once, by a seed: edits, kills, reloads, other people, a bad network. When it calms
down all is as the last edit says, and nothing was done twice."""
import concurrent.futures
import contextlib
import random
import signal
import urllib.error

import pytest
from model_server import INSTANT
from workplace import Workplace, manifest

STACKS = ["town", "shop", "kiosk", "stall"]
KINDS = ["throttle", "internal", "unavailable", "html", "reset-before", "reset-after", "cut",
         "bad-xml"]
STEPS = 25


class Story:
    """One daemon after the other on one folder."""

    def __init__(self, seed, model, place):
        self.random, self.model, self.place = random.Random(seed), model, place
        self.size, self.versions = "0", dict.fromkeys(STACKS[1:], "0")
        place.settings(Reconcile={"RevertDelay": "50ms", "MaxAttempts": "1000",
                                  "MaxFailures": "1000", "Interval": "100ms"})
        place.town(self.size, "0")
        for stack in STACKS[1:]:
            self.write(stack)
        model.scenario(
            options={"stale_ms": self.random.choice([0, 50]),
                     "schedule": {**INSTANT, "create_ms": 20, "update_ms": 20,
                                  "change_set_ms": 10}},
            faults=[{"kind": kind, "count": 0, "chance": 0.03} for kind in KINDS])
        self.daemon = place.daemon().ready()
        self.foreign = 0

    def write(self, stack):
        self.place.write(f"{stack}.yaml", manifest(
            "templates/service.yaml", {"Version": self.versions[stack]}, parents=["town"]))

    def edit(self, step):
        stack = self.random.choice(STACKS)
        if stack == "town":
            self.size = str(step)
            self.place.cluster(self.size)
        else:
            self.versions[stack] = str(step)
            self.write(stack)

    def kill(self, _):
        self.daemon.process.kill()
        self.daemon.process.wait()
        self.daemon = self.place.daemon().ready()

    def reload(self, _):
        self.daemon.send(signal.SIGHUP)

    def meddle(self, step):
        """Twice at most, for the third time stackd would leave it."""
        live = self.model.live("shop")
        self.foreign += 1
        if self.foreign > 2 or not live or "PROGRESS" in live["status"]:
            return
        with contextlib.suppress(urllib.error.HTTPError):  # stackd may have been faster
            self.model.meddle("shop", Version=f"foreign {step}")

    def play(self):
        acts = [self.edit] * 6 + [self.kill] * 2 + [self.reload, self.meddle]
        for step in range(1, STEPS + 1):
            seen = self.model.mark()
            self.random.choice(acts)(step)
            if self.random.random() < 0.7:
                self.model.transcript(seen + self.random.randrange(20), wait_s=0.2)
        self.model.scenario(clear=True)

    def as_wanted(self):
        live = {stack: self.model.live(stack) for stack in STACKS}
        return all(live.values()) and {
            stack: found["parameters"] for stack, found in live.items()} == {
                "town": {"Size": self.size},
                **{stack: {"Size": self.size, "Version": version}
                   for stack, version in self.versions.items()}}

    def judge(self):
        self.model.wait(self.as_wanted, "all as the last edit says")
        self.daemon.in_sync(len(STACKS))
        for stack in STACKS:
            assert self.model.accepted(stack).count("CreateStack") == 1
            assert self.model.change_sets(stack) == []
        idle = [entry for entry in self.model.ledger()
                if entry["action"] == "ExecuteChangeSet" and not entry["changed"]]
        assert idle == [], "nothing changes where nothing differs"


@pytest.mark.usefixtures("make_workplace")
def test_stories(start_model, tmp_path):
    stories = []
    for seed in range(6):
        model = start_model("--seed", str(seed))
        stories.append(Story(seed, model, Workplace(tmp_path / f"story{seed}", model)))

    def tell(story):
        try:
            story.play()
            story.judge()
        except AssertionError as error:
            raise AssertionError(f"{error}\n{story.place.everything_said()}") from None
        finally:
            story.place.close()

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        list(pool.map(tell, stories))

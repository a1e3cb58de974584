"""apply: what a person wants to see first, and what is only looked at."""
import pytest
from people import asked, digest_of, planned, settle, stackctl, table
from workplace import UPDATE, manifest


@pytest.fixture(name="asking")
def fixture_asking(town):
    """A town where everything is asked about; its cluster is not."""
    settle(town, Policy={"Apply": "approve"})
    town.write("town.yaml", manifest(
        "templates/cluster.yaml", {"Size": "small"}, kind="cluster", apply="auto"))
    return town


def approve(place, stack, digest, status=0):
    return stackctl(place, "approve", stack, digest, status=status)


def test_each_change_is_asked_about(asking, model):
    """A create and an update alike; an approval is for one change."""
    daemon = asking.daemon().ready()
    _, digest = asked(daemon, "shop")
    model.rounds()
    assert (model.accepted("town"), model.accepted("shop")) == (["CreateStack"], [])
    start = len(daemon.lines)
    approve(asking, "shop", digest)
    daemon.in_sync(2)
    asking.service("2")
    reason, second = asked(daemon, "shop", start)
    assert "Topic (AWS::SNS::Topic)" in reason
    approve(asking, "shop", digest, status=1)
    model.rounds()
    assert model.accepted("shop") == ["CreateStack", "CreateChangeSet"]
    start = len(daemon.lines)
    approve(asking, "shop", second)
    daemon.in_sync(2)
    asking.service("3")
    _, third = asked(daemon, "shop", start)
    assert len({digest, second, third}) == 3
    assert model.accepted("shop") == ["CreateStack", *UPDATE, "CreateChangeSet"]


def test_an_edit_voids_the_approval_of_a_create(asking, model):
    daemon = asking.daemon().ready()
    _, digest = asked(daemon, "shop")
    start = len(daemon.lines)
    asking.service("2")
    _, other = asked(daemon, "shop", start)
    approve(asking, "shop", digest, status=1)
    model.rounds()
    assert model.accepted("shop") == []
    approve(asking, "shop", other)
    daemon.in_sync(2)
    assert model.live("shop")["parameters"]["Version"] == "2"


def test_the_same_reasons_everywhere(asking, model):
    ended = asking.once(status=1)
    action, reason = table(ended)["shop"]
    digest = digest_of(reason, "shop")
    assert (action, planned(asking, "shop")) == ("hold", ("hold", reason))
    daemon = asking.daemon().ready()
    assert asked(daemon, "shop")[1] == digest
    daemon.process.kill()
    daemon.process.wait()
    daemon = asking.daemon().ready()
    daemon.line("shop: held: ")
    approve(asking, "shop", digest)
    daemon.in_sync(2)
    assert model.accepted("shop") == ["CreateStack"]


def test_a_parent_that_nobody_approves_yet(town, model):
    """Where it is not there its children wait; where it is held they go on as it is live."""
    settle(town)
    town.write("town.yaml", manifest(
        "templates/cluster.yaml", {"Size": "small"}, kind="cluster", apply="approve"))
    daemon = town.daemon().ready()
    _, digest = asked(daemon, "town")
    daemon.status("2 stacks: 1 waiting, 1 held")
    assert model.writes() == []
    start = len(daemon.lines)
    approve(town, "town", digest)
    daemon.in_sync(2)
    town.write("town.yaml", manifest(
        "templates/cluster.yaml", {"Size": "large"}, kind="cluster", apply="approve"))
    asked(daemon, "town", start)
    town.service("2")
    model.settled("shop", ["CreateStack", *UPDATE])
    assert model.live("shop")["parameters"] == {"Size": "small", "Version": "2"}


def test_a_foreign_change_is_asked_about_at_once_and_once(asking, model):
    daemon = asking.daemon().ready()
    _, digest = asked(daemon, "shop")
    approve(asking, "shop", digest)
    daemon.in_sync(2)
    start = len(daemon.lines)
    model.meddle("shop", Version="9")
    reason, digest = asked(daemon, "shop", start)
    assert "Topic (AWS::SNS::Topic)" in reason
    seen = model.mark()
    model.rounds()
    assert model.writes(seen) == []
    approve(asking, "shop", digest)
    model.settled("shop", ["CreateStack", "UpdateStack", *UPDATE])
    daemon.in_sync(2)


@pytest.mark.parametrize("where", ["manifest", "settings"])
def test_never_is_looking_only(town, model, where):
    """Neither the daemon nor --once changes anything; --plan says what would be done."""
    if where == "settings":
        settle(town, Policy={"Apply": "never"})
    else:
        settle(town)
        town.write("town.yaml", manifest(
            "templates/cluster.yaml", {"Size": "small"}, kind="cluster", apply="never"))
        town.write("shop.yaml", manifest(
            "templates/service.yaml", {"Version": "1"}, cluster="town", apply="never"))
    ended = town.plan()
    assert ended.returncode == 2
    action, reason = table(ended)["town"]
    assert action == "hold" and reason.startswith("apply: never; would create")
    assert table(town.once(status=1))["town"] == (action, reason)
    daemon = town.daemon().ready()
    daemon.line("town: held: apply: never; would create")
    model.rounds()
    assert model.writes() == []


def test_never_for_a_stack_that_is_there(town, model):
    """In sync is in sync; a difference is held with what it is, and nobody reverts it."""
    settle(town)
    town.once()
    town.write("shop.yaml", manifest(
        "templates/service.yaml", {"Version": "2"}, cluster="town", apply="never"))
    action, reason = planned(town, "shop")
    assert (action, reason) == (
        "hold", "apply: never; would update: parameter Version: 1 -> 2")
    seen = model.mark()
    daemon = town.daemon().ready()
    daemon.status("2 stacks: 1 in sync, 1 held")
    model.meddle("shop", Version="2")
    daemon.in_sync(2)
    assert model.writes(seen) == []


def test_what_does_not_wait_for_approval(town):
    settle(town)
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    approve(town, "shop", "0123456789ab", status=1)
    approve(town, "castle", "0123456789ab", status=4)

"""Stacks of several accounts and regions in one daemon, and what one of them can do to the rest."""
import re

import pytest
from model_server import ACCOUNT, INSTANT, KEY
from people import settle, stackctl
from workplace import CLUSTER_TEMPLATE, SERVICE_TEMPLATE, UPDATE, manifest

PROD, TEST = "222222222222", "333333333333"
FAR = "us-east-1"
WITHIN_S = 30
SHORT_MS = 3000  # how long keys are good that expire again and again


def role_arn(account, name="deploy"):
    return f"arn:aws:iam::{account}:role/{name}"


def abroad(account, template="templates/town.yaml", parameters=None, **keys):
    """A manifest with a role of this account."""
    return manifest(template, parameters, **{
        "assume-role-arn": role_arn(account), "external-id": f"id-of-{account}", **keys})


def roles(**more):
    return [{"arn": role_arn(account), "external_id": f"id-of-{account}", "principals": [ACCOUNT],
             **more} for account in (PROD, TEST)]


@pytest.fixture(name="world")
def fixture_world(place, model):
    """A place with the templates, and a role in each of two further accounts."""
    model.scenario(roles=[{**role, "access_key": f"ASIA{role['arn'][13:25]}"} for role in roles()])
    place.write("templates/town.yaml", CLUSTER_TEMPLATE)
    place.write("templates/shop.yaml", SERVICE_TEMPLATE)
    return place


def done(model, start=0):
    """What was accepted for whom: (account, region, stack, action)."""
    return sorted((entry["account"], entry["region"], entry["stack_name"], entry["action"])
                  for entry in model.ledger(start))


def created(*stacks):
    return sorted((*stack, "CreateStack") for stack in stacks)


def test_accounts(world, model):
    """Each stack by the keys of its manifest's role; a role is assumed once, in its region."""
    world.write("home.yaml", manifest("templates/town.yaml"))
    world.write("prod.yaml", abroad(PROD))
    world.write("prod-two.yaml", abroad(PROD))
    world.write("test.yaml", abroad(TEST, region=FAR))
    world.once()
    assert done(model) == created((ACCOUNT, "eu-west-1", "home"), (PROD, "eu-west-1", "prod"),
                                  (PROD, "eu-west-1", "prod-two"), (TEST, FAR, "test"))
    assert {entry["access_key"] for entry in model.ledger()} == {
        KEY, f"ASIA{PROD}", f"ASIA{TEST}"}
    assumed = [(line["fields"]["RoleArn"], line["fields"]["ExternalId"], line["access_key"])
               for line in model.sent() if line["action"] == "AssumeRole"]
    assert sorted(assumed) == [(role_arn(PROD), f"id-of-{PROD}", KEY),
                               (role_arn(TEST), f"id-of-{TEST}", KEY)]
    assert world.plan().returncode == 0


def test_a_role_that_can_not_be_assumed(world, model):
    """Its stacks are not read; the others are made. What it takes is said."""
    world.write("home.yaml", manifest("templates/town.yaml"))
    world.write("prod.yaml", abroad(PROD, **{"external-id": "a-wrong-one"}))
    ended = world.once("--timeout", "2s", status=1)
    assert re.search(rf"eu-west-1 as {role_arn(PROD)}.*AccessDenied.*sts:AssumeRole", ended.stderr)
    assert done(model) == created((ACCOUNT, "eu-west-1", "home"))
    assert world.plan().returncode == 1


def test_an_account_that_is_not_allowed(world, model):
    """Both accounts are named; nothing is changed there, all else goes on."""
    settle(world, AWS={"AllowedAccounts": f"{ACCOUNT} {TEST}"})
    world.write("home.yaml", manifest("templates/town.yaml"))
    world.write("prod.yaml", abroad(PROD))
    world.write("test.yaml", abroad(TEST))
    daemon = world.daemon()
    line = daemon.line(f"account {PROD}.*AllowedAccounts")
    assert ACCOUNT in line and TEST in line
    model.settled("home", ["CreateStack"])
    model.settled("test", ["CreateStack"])
    world.write("home.yaml", manifest("templates/town.yaml", {"Size": "large"}))
    model.settled("home", ["CreateStack", *UPDATE])
    assert model.accepted("prod") == []
    said = next(row for row in stackctl(world, "list").splitlines() if " prod " in row)
    assert f"account {PROD}" in said and "AllowedAccounts" in said
    settle(world, AWS={"AllowedAccounts": f"{ACCOUNT} {TEST} {PROD}"})
    daemon.in_sync(3)
    assert model.accepted("prod") == ["CreateStack"]


@pytest.mark.parametrize("kind", [None, "denied", "invalid-token"])
def test_what_lasts_is_told_once(world, model, kind):
    """Though looks go on to succeed between the tries; and again once it is over."""
    world.settings(AWS={"AllowedAccounts": ACCOUNT if kind else TEST})
    if kind:
        model.scenario(faults=[{"kind": kind, "action": "GetCallerIdentity", "count": 0}])
    world.write("home.yaml", manifest("templates/town.yaml"))
    daemon = world.daemon()
    daemon.line("eu-west-1 can't be asked")
    model.rounds(10)
    assert len([line for line in daemon.lines if line.startswith(("<4>", "<3>"))]) == 1
    assert [line for line in daemon.lines if "answers again" in line] == []
    model.scenario(clear=True)
    world.settings(AWS={"AllowedAccounts": ACCOUNT})
    daemon.in_sync(1)
    assert len([line for line in daemon.lines if "answers again" in line]) == 1


def test_the_same_name_everywhere(world, model):
    """In two accounts and two regions it is four stacks, each with a memory of its own."""
    places = [(account, region) for account in (PROD, TEST) for region in ("eu-west-1", FAR)]
    for number, (account, region) in enumerate(places):
        world.write(f"m{number}.yaml", abroad(
            account, parameters={"Size": f"s{number}"}, region=region, **{"stack-name": "town"}))
    ended = world.once()
    assert done(model) == created(*((*where, "town") for where in places))
    assert all(f"m{number} (town): created" in ended.stderr for number in range(4))
    assert len([name for name in world.memory() if "town" in name]) == 4
    seen = len(model.ledger())
    world.write("m3.yaml", abroad(TEST, parameters={"Size": "new"}, region=FAR,
                                  **{"stack-name": "town"}))
    world.once()
    assert {entry[:3] for entry in done(model, seen)} == {(TEST, FAR, "town")}


def test_two_manifests_for_one_stack(world, model):
    """One by a role in the very account that the daemon's own keys are of: neither is followed."""
    model.scenario(roles=[{"arn": role_arn(ACCOUNT), "principals": [ACCOUNT]}])
    world.write("mine.yaml", manifest("templates/town.yaml", **{"stack-name": "town"}))
    world.write("again.yaml", manifest("templates/town.yaml", {"Size": "large"}, **{
        "stack-name": "town", "assume-role-arn": role_arn(ACCOUNT)}))
    world.write("other.yaml", manifest("templates/town.yaml"))
    ended = world.once(status=1)
    for one, other in (("mine", "again"), ("again", "mine")):
        assert f"{one}.yaml means the same stack, in account {ACCOUNT}" in ended.stderr, other
    assert done(model) == created((ACCOUNT, "eu-west-1", "other"))


def test_outputs_of_another_account(world, model):
    """Read by the parent's own keys, wherever it is; its child follows it."""
    world.write("town.yaml", abroad(PROD, region=FAR, kind="cluster"))
    world.write("shop.yaml", manifest("templates/shop.yaml", {"Version": "1"}, cluster="town"))
    world.write("far.yaml", abroad(TEST, "templates/shop.yaml",
                                   {"Version": "1", "Size": {"output": "town.Size"}}))
    daemon = world.daemon()
    daemon.in_sync(3)
    assert done(model) == created((ACCOUNT, "eu-west-1", "shop"), (PROD, FAR, "town"),
                                  (TEST, "eu-west-1", "far"))
    assert model.live("shop")["parameters"]["Size"] == "small"
    world.write("town.yaml", abroad(PROD, parameters={"Size": "large"}, region=FAR, kind="cluster"))
    for stack in ("town", "shop", "far"):
        model.settled(stack, ["CreateStack", *UPDATE])
    assert [entry["parameters"].get("Size") for entry in model.ledger()
            if entry["action"] == "ExecuteChangeSet"] == ["large"] * 3


@pytest.fixture(name="instance")
def fixture_instance(start_model, make_workplace):
    """A place on an instance with a role, whose keys expire as well; and its model."""
    model = start_model()
    world = make_workplace(
        model, AWS_EC2_METADATA_DISABLED="false",
        AWS_EC2_METADATA_SERVICE_ENDPOINT=f"http://{model.metadata}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del world.environment[name]
    world.write("templates/town.yaml", CLUSTER_TEMPLATE)
    world.write("templates/shop.yaml", SERVICE_TEMPLATE)
    return world, model


@pytest.mark.parametrize("code, kind", [
    ("ExpiredToken", "expired-token"), ("InvalidClientTokenId", "invalid-token")])
@pytest.mark.parametrize("count", [1, 2])
def test_source_keys_that_expire_on_their_way(instance, code, kind, count):
    """A role is asked for with other keys, once; only then is it said, and the region pauses."""
    world, model = instance
    model.scenario(metadata={"role": "machine", "account": ACCOUNT}, roles=roles(),
                   options={"schedule": INSTANT},
                   faults=[{"kind": kind, "action": "AssumeRole", "count": count}])
    world.write("prod.yaml", abroad(PROD))
    ended = world.once(*["--timeout", "2s"] * (count - 1), status=count - 1)
    tried = [line for line in model.sent() if line["action"] == "AssumeRole"]
    assert [line["code"] for line in tried] == [code, code if count == 2 else ""]
    assert tried[0]["access_key"] != tried[1]["access_key"]
    assert (code in ended.stderr) == (count == 2)
    assert done(model) == created((PROD, "eu-west-1", "prod"))[:2 - count]


def test_keys_that_expire(instance):
    """Every few seconds, in the middle of operations: no failed call is taken for their outcome."""
    world, model = instance
    instance = {"role": "machine", "account": ACCOUNT, "expires_in_ms": SHORT_MS}
    model.scenario(metadata=instance, roles=roles(expires_in_ms=SHORT_MS), options={
        "schedule": {**INSTANT, "create_ms": SHORT_MS, "update_ms": SHORT_MS,
                     "change_set_ms": SHORT_MS}})
    world.write("prod.yaml", abroad(PROD, kind="cluster"))
    world.write("shop.yaml", abroad(PROD, "templates/shop.yaml", {"Version": "1"}, cluster="prod"))
    world.write("test.yaml", abroad(TEST))
    world.write("home.yaml", manifest("templates/town.yaml"))
    daemon = world.daemon()
    daemon.in_sync(4, WITHIN_S)
    world.write("prod.yaml", abroad(PROD, parameters={"Size": "large"}, kind="cluster"))
    world.write("test.yaml", abroad(TEST, parameters={"Size": "large"}))
    world.write("home.yaml", manifest("templates/town.yaml", {"Size": "large"}))
    daemon.wait(lambda: sum(": updated" in line for line in daemon.lines) == 4, "updates", WITHIN_S)
    for stack in ("home", "prod", "shop", "test"):
        assert model.accepted(stack) == ["CreateStack", *UPDATE]
    assert len({line["access_key"] for line in model.sent()}) > 10
    # Keys that expire on their way may delay a region; they are no news of a stack.
    assert [line for line in daemon.lines if re.match("<[0-3]>|<4>[^ ]+:", line)] == []


def test_one_is_denied_one_hangs_one_is_throttled(world, model):
    """The others don't feel it; and those go on once they can."""
    stacks = {"home": manifest("templates/town.yaml"),
              "near": manifest("templates/town.yaml", region="eu-north-1"),
              "mute": manifest("templates/town.yaml", region=FAR),
              "prod": abroad(PROD), "test": abroad(TEST)}
    for name, text in stacks.items():
        world.write(f"{name}.yaml", text)
    model.scenario(faults=[{"kind": "hang", "region": FAR, "count": 0},
                           {"kind": "denied", "access_key": f"ASIA{PROD}", "count": 0},
                           {"kind": "throttle", "access_key": f"ASIA{TEST}", "count": 0}])
    daemon = world.daemon()
    for name in ("home", "near"):
        model.settled(name, ["CreateStack"])
    world.write("home.yaml", manifest("templates/town.yaml", {"Size": "large"}))
    model.settled("home", ["CreateStack", *UPDATE])
    assert [entry["stack_name"] for entry in model.ledger()
            if entry["stack_name"] in ("mute", "prod", "test")] == []
    model.scenario(clear=True)
    for name in ("prod", "test"):
        model.settled(name, ["CreateStack"])
    assert [line for line in daemon.lines if line.startswith("<3>")] == []

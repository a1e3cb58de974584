"""What stackd sends, and what it must be allowed: the two policies of the README."""
import json
import re

import pytest
from model_server import KEY, ROOT, SECRET
from workplace import CLUSTER_TEMPLATE, SERVICE_TEMPLATE, manifest

# Allowed to everybody, whatever a policy says.
FREE = {"sts:GetCallerIdentity"}
# What an action needs besides its own name.
IMPLIED = {"cloudformation:DescribeStacks": {"cloudformation:ListStacks"}}


@pytest.fixture(name="policies", scope="module")
def fixture_policies():
    """The actions of the README's policies: to read, to apply."""
    readme = ROOT / "README.md"
    text = readme.read_text()
    blocks = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", text, re.S)]
    found = []
    for block in blocks:
        if "Statement" in block:
            actions = [statement["Action"] for statement in block["Statement"]]
            found.append({action for group in actions
                          for action in ([group] if isinstance(group, str) else group)})
    found = [actions for actions in found if actions != {"sts:AssumeRole"}]
    assert len(found) == 2, "one policy to read and one to apply"
    return found


def used(lines):
    actions = {f"{line['service']}:{line['action']}" for line in lines}
    return actions.union(*(IMPLIED.get(action, set()) for action in actions))


def fail(model, *kinds):
    model.scenario(resources=[{"kind": kind, "stack": "shop"} for kind in kinds])


def failures(place, model):
    """What fails, and the ways out: an update and its rollback, a create, a change set."""
    fail(model, "fail-update", "fail-rollback")
    place.service("4")
    place.once(status=1)
    place.once()
    model.scenario(validation=[{"stack": "shop", "resource": "Topic", "reason": "no such colour"}])
    place.service("5")
    place.once(status=1)
    model.scenario(clear=True)
    model.scenario(resources=[{"kind": "fail-create", "stack": "bad"}])
    place.write("bad.yaml", manifest("templates/cluster.yaml"))
    place.once(status=1)
    place.once()


def everything(place, model):
    """Runs through all that stackd does: create, update, nothing to do, lost memory, failures."""
    place.settings(AWS={"AllowedAccounts": "111111111111"})
    place.town()
    place.write("policy.json", '{"Statement": []}')
    place.write("town.yaml", manifest(
        "templates/cluster.yaml", {"Size": "small"}, kind="cluster",
        **{"termination-protection": True, "stack-policy-file-path": "policy.json"}))
    place.plan()
    place.once()
    place.service("2")
    place.once()
    place.write("templates/service.yaml", SERVICE_TEMPLATE.replace(" on ", " of "))
    place.once()
    place.write("templates/service.yaml",
                "Description: no change\n" + SERVICE_TEMPLATE.replace(" on ", " of "))
    place.once()
    place.forget()
    place.service("3")
    place.once()
    failures(place, model)
    url = "https://bucket.s3.eu-west-1.amazonaws.com/behind.yaml"
    model.scenario(templates={url: CLUSTER_TEMPLATE})
    place.write("behind.yaml", json.dumps({"template-url": url}))
    place.once()


def test_the_policies_are_what_it_needs(place, model, policies):
    everything(place, model)
    reading, applying = policies
    needed = used(model.sent())
    reads = used(line for line in model.sent()
                 if line["action"].startswith(("Describe", "Get", "List")))
    assert needed - FREE == (reading | applying) - FREE
    assert reads - FREE == reading - FREE


def test_the_plan_needs_reading_only(place, model, policies):
    place.town()
    place.once()
    place.forget()
    seen = model.mark()
    place.plan()
    assert used(model.sent(seen)) - FREE <= policies[0]


def test_the_keys_are_nowhere_to_be_seen(place, model):
    """Neither in what is sent, nor on the command line of the process."""
    place.town()
    daemon = place.daemon().ready()
    daemon.in_sync(2)
    process = daemon.process.pid
    with open(f"/proc/{process}/cmdline", "rb") as file:
        assert SECRET.encode() not in file.read()
    assert all(SECRET not in json.dumps(line) for line in model.transcript())
    assert all(line["access_key"] == KEY for line in model.sent())

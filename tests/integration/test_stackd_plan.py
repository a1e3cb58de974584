"""stackd --plan says what would be done and why, and does nothing."""
import json
import os
import pty
import subprocess

import pytest
from model_server import WAIT_S
from people import rows
from workplace import manifest


def planned(place, status):
    """The plan as a table, and that the one as JSON says the same."""
    ended = place.plan()
    assert ended.returncode == status, f"{ended.stdout}\n{ended.stderr}"
    told = rows(ended.stdout)
    ended = place.plan("--json")
    assert ended.returncode == status
    assert [(row["action"], row["manifest"], row["reason"] or "")
            for row in json.loads(ended.stdout)["stacks"]] == told
    return told


def test_before_after_and_edited(town):
    assert planned(town, 2) == [
        ("create", "town", "not in eu-west-1 yet"),
        ("wait", "shop", "needs town (not in eu-west-1 yet)")]
    town.once()
    assert planned(town, 0) == [("in sync", "town", ""), ("in sync", "shop", "")]
    town.service("2")
    assert planned(town, 2) == [
        ("in sync", "town", ""), ("update", "shop", "parameter Version: 1 -> 2")]
    town.write("templates/cluster.yaml", (
        town.folder / "templates/cluster.yaml").read_text().replace("Topic", "Other"))
    told = dict((stack, (action, reason)) for action, stack, reason in planned(town, 2))
    assert told["town"][0] == "update"
    assert told["town"][1].startswith("template: ")


@pytest.mark.parametrize("mode", ["--plan", "--once"])
def test_an_empty_folder(place, mode):
    """There is nothing to do, and one sentence says what would be."""
    ended = place.run(mode)
    assert ended.returncode == 0 and ended.stderr == ""
    assert ended.stdout == (f"there is no manifest in {place.folder}: write one for each stack, "
                            f"such as {place.folder}/NAME.yaml; see stackd.manifest(5)\n")
    assert json.loads(place.run(mode, "--json").stdout)["stacks"] == []


def test_what_the_table_says_is_not_said_again(town):
    town.write("late.yaml", manifest("templates/cluster.yaml", suspend="until Monday"))
    town.write("broken.yaml", "kind: castle\n")
    ended = town.plan()
    assert [row[:2] for row in rows(ended.stdout)[:2]] == [("frozen", "broken"), ("hold", "late")]
    assert ended.stderr == ""


def test_an_output_that_has_changed_is_the_reason(town, model):
    town.once()
    model.meddle("town", Size="large")
    town.cluster("large")
    assert planned(town, 2) == [
        ("in sync", "town", ""),
        ("update", "shop", "parameter Size: small -> large (output Size of town)")]


def test_a_frozen_stack_is_a_failure(town):
    town.once()
    town.write("town.yaml", '{"kind": "cluster",\n "template-file-path": [7],\n "colour": "red"}\n')
    told = planned(town, 1)
    assert [row[:2] for row in told] == [("frozen", "town"), ("in sync", "shop")]
    assert told[0][2].startswith("town.yaml:")


def test_what_cannot_be_read_is_a_failure(town, model):
    model.scenario(faults=[{"kind": "denied", "action": "DescribeStacks", "count": 0}])
    ended = town.plan()
    assert ended.returncode == 1, ended.stdout
    assert "cloudformation:DescribeStacks" in ended.stdout + ended.stderr


def test_a_suspended_stack_is_not_in_sync(town):
    town.once()
    town.write("shop.yaml", manifest("templates/service.yaml", {"Version": "2"}, cluster="town",
                                     suspend="the shop is being painted"))
    action, stack, reason = planned(town, 2)[1]
    assert (action, stack) == ("hold", "shop")
    assert "the shop is being painted" in reason


@pytest.mark.parametrize("more, coloured", [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_on_a_terminal_only(town, more, coloured):
    ours, theirs = pty.openpty()
    town.environment.update(TERM="xterm", **more)
    with subprocess.Popen(town.command("--plan"), stdin=subprocess.DEVNULL, stdout=theirs,
                          env=town.environment) as process:
        os.close(theirs)
        printed = b""
        while chunk := read_terminal(ours):
            printed += chunk
        assert process.wait(WAIT_S) == 2
    os.close(ours)
    assert b"create" in printed
    assert (b"\x1b[" in printed) == coloured
    assert "\x1b" not in town.plan().stdout


@pytest.mark.parametrize("closed, status", [
    ("<&-", 0), ("2>&-", 0), (">&-", 1), ("<&- >&- 2>&-", 1)])
def test_closed_streams(town, closed, status):
    """Nothing else takes their place: neither a connection nor a file of the memory."""
    ended = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {closed}', "stackd", *town.command("--once")],
        env=town.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=WAIT_S, check=False)
    assert ended.returncode == status
    assert (ended.stdout == "") == (status == 1)
    assert planned(town, 0)


def read_terminal(descriptor):
    try:
        return os.read(descriptor, 4096)
    except OSError:  # nobody has the other end any more
        return b""


def test_beside_a_running_daemon(town, model):
    """--plan reads without the lock."""
    town.daemon().ready().in_sync(2)
    assert planned(town, 0) == [("in sync", "town", ""), ("in sync", "shop", "")]
    assert model.accepted("town") == ["CreateStack"]

"""What stackd remembers, and what becomes of it: damaged, lost, kept from others."""
import fcntl
import os
import signal
import subprocess

import pytest
from model_server import WAIT_S
from workplace import SECRET_TEMPLATE, UPDATE, manifest


def record(place, stack):
    found = [path for path in place.state.rglob("*") if stack in path.name]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("damaged", [b"", b"{", b"\0" * 512, b"[]", b'{"version": 99}'],
                         ids=["empty", "cut", "zeros", "list", "version"])
def test_a_record_that_cannot_be_read(town, model, damaged):
    """Is reported, its stack only observed, the file never overwritten; the others go on."""
    town.once()
    path = record(town, "shop")
    path.write_bytes(damaged)
    town.cluster("large")
    town.service("2")
    ended = town.once(status=1)
    line = next(line for line in ended.stdout.splitlines() if " shop " in line)
    assert line.split()[0] == "hold"
    assert path.read_bytes() == damaged
    assert model.accepted("town") == ["CreateStack", *UPDATE]
    assert model.accepted("shop") == ["CreateStack"]
    path.unlink()
    town.once()
    assert model.accepted("shop") == ["CreateStack", *UPDATE]


def test_all_memory_is_lost_between_two_runs(town, model):
    """It costs calls, never a wrong change; what was left behind is found by asking."""
    town.once()
    town.service("2")
    model.scenario(faults=[{"kind": "reset-after", "action": "CreateChangeSet"}])
    town.killed("kill-before", 4, "--once")
    town.forget()
    town.once()
    assert model.live("shop")["parameters"]["Version"] == "2"
    assert model.change_sets("shop") == []
    accepted = model.accepted("shop")
    assert (accepted.count("CreateStack"), accepted.count("ExecuteChangeSet")) == (1, 1)


def test_a_lost_key_of_secrets_is_asked_about_once(make_workplace, model):
    place = make_workplace(model, WORD="plumage-of-gold")
    place.secrets.append("plumage-of-gold")
    place.write("templates/values.yaml", SECRET_TEMPLATE)
    place.write("values.yaml", manifest("templates/values.yaml", {"Word": {"environment": "WORD"}}))
    place.once()
    for path in place.state.rglob("*"):
        if path.is_file() and path.suffix != ".json":
            path.unlink()
    place.once()
    seen = model.mark()
    place.once()
    assert model.writes(seen) == []
    assert model.accepted("values") == ["CreateStack", "CreateChangeSet", "DeleteChangeSet"]


def test_a_state_folder_that_cannot_be_made(town, model):
    (town.home / "file").write_text("")
    ended = town.run("--state", str(town.home / "file" / "state"), "--once")
    assert ended.returncode == 1
    assert "file/state" in ended.stderr
    assert model.writes() == []


def test_nobody_reads_what_it_says(town, model):
    """Saying something never blocks: with a full pipe for stderr it works and ends as ever."""
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)
    os.write(theirs, b"x" * 4096)
    with subprocess.Popen(town.command(), stdin=subprocess.DEVNULL, stderr=theirs,
                          env=town.environment) as process:
        os.close(theirs)
        model.settled("shop", ["CreateStack"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_S) == 0
    os.close(ours)


def test_many_manifests_at_once(place, model):
    """A folder that fills up while the daemon reads it."""
    place.write("templates/cluster.yaml", "Resources:\n  Topic: {Type: AWS::SNS::Topic}\n")
    daemon = place.daemon().ready()
    for number in range(120):
        place.write(f"stack-{number:03}.yaml", manifest("templates/cluster.yaml"))
    model.wait(lambda: len(model.ledger()) == 120, "120 creates")
    daemon.in_sync(120)
    assert {entry["action"] for entry in model.ledger()} == {"CreateStack"}

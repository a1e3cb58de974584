"""stackctl and curl against a running daemon: what it sees, what it is told, and who may."""
import json
import os
import pty
import pwd
import re
import shutil
import socket
import stat
import subprocess

import pytest
from model_server import WAIT_S
from test_stackd_plan import read_terminal, rows
from workplace import STACKCTL, UPDATE, manifest

DIGEST = "9c1d22a07f3b"
# A table that is replaced with its key, which a guard holds.
TABLE_TEMPLATE = """\
Parameters:
  Key: {Type: String}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: !Ref Key, AttributeType: S}]
      KeySchema: [{AttributeName: !Ref Key, KeyType: HASH}]
"""


@pytest.fixture(name="running")
def fixture_running(town):
    """The town and its daemon, in sync."""
    town.daemon().ready().in_sync(2)
    return town


@pytest.fixture(name="database")
def fixture_database(place):
    """A stack with a table, created by a daemon that runs."""
    place.write("templates/table.yaml", TABLE_TEMPLATE)
    place.write("database.yaml", manifest("templates/table.yaml", {"Key": "id"}))
    place.daemon().ready().in_sync(1)
    return place


def curl(place, *arguments):
    """Gives the HTTP status and the body."""
    ended = subprocess.run(
        ["curl", "--silent", "--unix-socket", str(place.socket), "--write-out", "\n%{http_code}",
         *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=WAIT_S,
        check=True)
    body, _, status = ended.stdout.rpartition("\n")
    return int(status), body


def listed(place):
    return {row["manifest"]: row for row in json.loads(place.stackctl("list", "--json"))["stacks"]}


def held(place, name):
    """Waits until the stack is held for an approval; gives its row."""
    place.model.wait(lambda: listed(place)[name]["approval"], f"{name} waits for an approval")
    return listed(place)[name]


def test_list(running):
    assert rows(running.stackctl("list")) == [("in sync", "town", ""), ("in sync", "shop", "")]
    shop = listed(running)["shop"]
    assert (shop["stack"], shop["state"], shop["status"]) == (
        "shop", "in_sync", "CREATE_COMPLETE")
    assert (shop["approval"], shop["suspended"]) == (None, None)


def test_list_and_plan_say_the_same(running):
    running.service("2")
    running.model.settled("shop", ["CreateStack", *UPDATE])
    running.daemons[0].in_sync(2)
    planned = json.loads(running.run("--plan", "--json").stdout)
    told = json.loads(running.stackctl("list", "--json"))
    assert told.keys() == planned.keys()
    assert [row.keys() for row in told["stacks"]] == [row.keys() for row in planned["stacks"]]
    assert rows(running.stackctl("list")) == rows(running.run("--plan").stdout)


def test_nothing_to_list(place):
    place.daemon().ready()
    assert place.stackctl("list") == ""


@pytest.mark.parametrize("more, coloured", [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_on_a_terminal_only(running, more, coloured):
    ours, theirs = pty.openpty()
    with subprocess.Popen(
            [str(STACKCTL), "list", "--socket", str(running.socket)], stdin=subprocess.DEVNULL,
            stdout=theirs, env={**running.environment, "TERM": "xterm", **more}) as process:
        os.close(theirs)
        printed = b""
        while chunk := read_terminal(ours):
            printed += chunk
        assert process.wait(WAIT_S) == 0
    os.close(ours)
    assert b"in sync" in printed
    assert (b"\x1b[" in printed) == coloured


# --- who can't be reached, and what is no answer ---


def test_nobody_there(place):
    assert "stackd can't be reached: " in place.stackctl("list", status=3)
    assert str(place.socket) in place.stackctl("retry", "--all", status=3)


@pytest.mark.parametrize("reply, status", [
    (b"", 3), (b"HTTP/1.1 200 OK\r\n", 3), (b"SSH-2.0-OpenSSH\r\n\r\n", 3),
    (b"HTTP/1.1 200 OK\r\n\r\n{}", 3),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"stacks\": []}", 3),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>", 1),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"stacks\": {}}", 1),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"stacks\": []}", 0)])
def test_another_program_answers(place, reply, status):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place.socket))
        listening.listen()
        with subprocess.Popen(
                [str(STACKCTL), "list", "--socket", str(place.socket)], stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            connection, _ = listening.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(reply)
            printed, said = process.communicate(timeout=WAIT_S)
    assert (process.returncode, printed) == (status, b"")
    assert said.startswith(b"stackctl: ") == (status != 0)


@pytest.mark.parametrize("arguments, said", [
    (["lsit"], "did you mean 'list'?"),
    (["list", "web"], "found 'web'"),
    (["list", "--all"], "--all is not for list"),
    (["list", "--reason", "x"], "--reason is not for list"),
    (["list", "--socket"], "--socket needs a value"),
    (["approve", "web"], "approve STACK DIGEST"),
    (["approve", "web", "12"], "expected 12 to 64 hexadecimal digits"),
    (["approve", "web", DIGEST, "x"], "found 'x'"),
    (["approve", "--all", DIGEST], "--all is not for approve"),
    (["suspend", "web"], "expected a reason"),
    (["suspend", "--reason", "x"], "expected a stack or --all"),
    (["suspend", "web", "--reason", ""], "empty reason"),
    (["suspend", "web", "--reason", "a\nb"], "can't be shown"),
    (["suspend", "web", "--reason", "x" * 1001], "1001 characters"),
    (["resume"], "expected a stack or --all"),
    (["retry", "--all", "web"], "both --all and 'web'"),
    (["reconcile", "web", "x"], "found 'x'"),
    (["retry", ""], "empty stack's name"),
    (["render", "--json", "x"], "--json is not for render"),
], ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "")
def test_wrong_usage(arguments, said):
    ended = subprocess.run([str(STACKCTL), *arguments], stdin=subprocess.DEVNULL,
                           capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert (ended.returncode, ended.stdout) == (64, "")
    assert ended.stderr.startswith("stackctl: ") and said in ended.stderr


# --- the socket ---


def test_the_socket_comes_and_goes(running):
    status = running.socket.lstat()
    assert stat.S_ISSOCK(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == 0o660
    assert running.daemons[0].stop() == 0
    assert not running.socket.exists()


def test_a_killed_daemon_leaves_nothing_in_the_way(running):
    running.daemons[0].process.kill()
    running.daemons[0].process.wait(WAIT_S)
    assert running.socket.exists()
    assert "Connection refused" in running.stackctl("list", status=3)
    running.daemon().ready().in_sync(2)
    assert len(listed(running)) == 2


def test_without_a_folder_all_else_goes_on(town):
    town.socket = town.home / "run" / "stackd.sock"
    town.settings()
    daemon = town.daemon()
    daemon.ready().in_sync(2)
    daemon.line(f"{town.socket}: No such file or directory: stackctl can't reach us")
    town.socket.parent.mkdir()
    daemon.reload()
    daemon.line("stackctl can reach us again")
    assert len(listed(town)) == 2


def test_the_socket_moves(running):
    before, running.socket = running.socket, running.home / "other.sock"
    running.settings()
    running.daemons[0].reload()
    assert len(listed(running)) == 2
    assert not before.exists()


def test_two_daemons_want_one_socket(running, make_workplace, model):
    other = make_workplace(model)
    other.socket = running.socket
    other.settings()
    other.daemon().ready().line("another program answers there")
    assert len(listed(running)) == 2
    assert other.daemons[0].stop() == 0
    assert len(listed(running)) == 2


# --- for programs ---


def test_http(running):
    def told(*arguments):
        status, body = curl(running, *arguments)
        return status, json.loads(body)

    status, overview = told("http://stackd/v1/stacks")
    assert (status, len(overview["stacks"])) == (200, 2)
    status, answer = told("http://stackd/v1/commands", "--data", '{"command": "reconcile"}')
    assert (status, answer["answer"]) == (200, "done")
    status, answer = told("http://stackd/v1/commands", "--data", json.dumps(
        {"command": "retry", "stack": "castle"}))
    assert (status, answer["answer"]) == (404, "unknown")
    status, answer = told("http://stackd/v1/commands", "--data", json.dumps(
        {"command": "approve", "stack": "shop", "digest": DIGEST}))
    assert (status, answer["answer"]) == (409, "refused")
    status, answer = told("http://stackd/v1/commands", "--data", '{"command": "suspend"}')
    assert (status, answer["text"]) == (400, "suspend needs a reason")
    status, answer = told("http://stackd/metrics")
    assert (status, answer["answer"]) == (404, "refused")
    status, answer = told("http://stackd/v1/commands", "--data", "x" * 70000)
    assert status == 413


def test_others_are_refused(running):
    """In the group or not: here there is no group of that name, or nobody is in it."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("to be somebody else takes root and setpriv")
    for folder in [running.home, *running.home.parents]:
        if not folder.stat().st_mode & 0o001:
            folder.chmod(folder.stat().st_mode | 0o011)
    command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "curl", "--silent",
               "--unix-socket", str(running.socket), "http://stackd/v1/stacks"]

    def asked():
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=WAIT_S, check=False)

    ended = asked()
    assert (ended.returncode, ended.stdout) == (7, "")  # curl could not connect
    running.socket.chmod(0o666)
    ended = asked()
    assert json.loads(ended.stdout)["answer"] == "refused"


# --- the verbs ---


def test_reconcile(running, model):
    running.settings(Reconcile={"Interval": "1h", "RevertDelay": "1h"})
    running.daemons[0].reload()
    running.daemons[0].in_sync(2)
    before = len(model.accepted("town"))
    model.meddle("town", Size="large")
    assert running.stackctl("reconcile", "town")
    model.wait(lambda: len(model.accepted("town")) > before + 1, "reverted without delay")
    running.daemons[0].in_sync(2)
    seen = model.mark()
    assert running.stackctl("reconcile")
    assert running.stackctl("reconcile", "--all")
    model.wait(lambda: model.sent(seen), "a look at AWS")
    assert running.stackctl("reconcile", "castle", status=4)


def test_suspend_and_resume(running, model):
    said = running.stackctl("suspend", "shop", "--reason", "the shop is being painted")
    assert "shop" in said
    running.service("2")
    running.daemons[0].status("2 stacks: 1 in sync, 1 held")
    assert model.accepted("shop") == ["CreateStack"]
    row = listed(running)["shop"]
    assert (row["state"], row["suspended"]) == ("hold", "the shop is being painted")
    assert ("hold", "shop") in [told[:2] for told in rows(running.stackctl("list"))]
    assert running.stackctl("resume", "shop")
    model.settled("shop", ["CreateStack", *UPDATE])
    assert listed(running)["shop"]["suspended"] is None
    assert running.stackctl("suspend", "castle", "--reason", "x", status=4)


def test_who_gave_a_command_is_in_the_journal(database):
    """With the stack; where all were meant, once."""
    daemon, = database.daemons
    database.stackctl("suspend", "database", "--reason", "we look into it")
    user = f"{pwd.getpwuid(os.geteuid()).pw_name} \\(uid {os.geteuid()}\\)"
    daemon.line(f"^<5>database: suspended by {user}: we look into it$")
    database.stackctl("resume", "database")
    daemon.line(f"^<5>database: resumed by {user}$")
    database.stackctl("reconcile", "--all")
    daemon.line(f"^<5>all stacks \\(1\\): looked at again by {user}$")
    database.write("database.yaml", manifest("templates/table.yaml", {"Key": "name"}))
    digest = held(database, "database")["approval"]
    database.stackctl("approve", "database", digest)
    daemon.line(f"^<5>database: approved by {user}: {digest[:12]}$")


def test_all_of_none(place):
    """A folder without a manifest: said, and no error."""
    place.daemon().ready()
    for verb, more in (("suspend", ["--reason", "why"]), ("retry", []), ("reconcile", [])):
        said = place.stackctl(verb, "--all", *more)
        assert f"there is no manifest in {place.folder}" in said, verb


def test_a_suspension_survives_a_restart(running, model):
    running.stackctl("suspend", "--all", "--reason", "the painters are here")
    assert running.daemons[0].stop() == 0
    running.service("2")
    daemon = running.daemon()
    daemon.ready().status("2 stacks: .*held")
    assert [row["suspended"] for row in listed(running).values()] == ["the painters are here"] * 2
    assert model.accepted("shop") == ["CreateStack"]
    running.stackctl("resume", "--all")
    model.settled("shop", ["CreateStack", *UPDATE])


def test_a_manifest_that_says_suspend_is_not_resumed(running):
    running.write("shop.yaml", manifest("templates/service.yaml", {"Version": "2"}, cluster="town",
                                        suspend="until Monday"))
    running.daemons[0].status("2 stacks: 1 in sync, 1 held")
    assert "manifest" in running.stackctl("resume", "shop", status=1)
    assert listed(running)["shop"]["state"] == "hold"


def test_retry(town, model):
    town.settings(Reconcile={"MaxAttempts": "1"})
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    model.scenario(resources=[{"kind": "fail-update", "stack": "town", "resource": "Topic",
                               "reason": "no room", "count": 0}])
    town.cluster("large")
    daemon.status("2 stacks: 1 in sync, 1 held")
    model.scenario(clear=True)
    before = len(model.accepted("town"))
    assert town.stackctl("retry", "town")
    model.wait(lambda: listed(town)["town"]["state"] == "in_sync", "tried again")
    assert len(model.accepted("town")) > before
    assert town.stackctl("retry", "castle", status=4)


def test_approve(database, model):
    database.write("database.yaml", manifest("templates/table.yaml", {"Key": "name"}))
    row = held(database, "database")
    digest = row["approval"]
    assert re.fullmatch("[0-9a-f]{64}", digest)
    assert "Table" in row["reason"]
    assert f"stackctl approve database {digest[:12]}" in row["reason"]
    assert database.stackctl("approve", "database", DIGEST, status=1).startswith("stackctl: ")
    assert database.stackctl("approve", "castle", DIGEST, status=4)
    assert "ExecuteChangeSet" not in model.accepted("database")
    assert database.stackctl("approve", "database", digest[:12].upper())
    model.wait(lambda: listed(database)["database"]["state"] == "in_sync", "the change has run")
    assert model.accepted("database").count("ExecuteChangeSet") == 1
    assert listed(database)["database"]["approval"] is None


def test_answers_as_json(running):
    answer = json.loads(running.stackctl("retry", "town", "--json"))
    assert answer["answer"] == "done" and answer["text"]
    answer = json.loads(running.stackctl("retry", "castle", "--json", status=4))
    assert answer["answer"] == "unknown"

"""stackd as a service of a booted system. The tests build upon each other, from top to bottom."""
import json
import pathlib
import re
import time

import pytest
from model_server import KEY, REGION, ROOT, SECRET

TEMPLATE = "Resources: {Topic: {Type: AWS::SNS::Topic}}\n"
MANIFEST = json.dumps({"template-file-path": "templates/topic.yaml"})
PLAN = ["systemd-run", "--quiet", "--pipe", "--wait", "--property=User=stackd",
        "--property=EnvironmentFile=/etc/default/stackd", "stackd", "--plan"]
STOP_S = 10  # a request that hangs takes 30 s
SOCKET = "/run/stackd/stackd.sock"


def message_id(what):
    """As the manual tells it."""
    page = (ROOT / "config/man/stackd.8.scd").read_text()
    return re.search(rf"([0-9a-f]{{32}})\n:< {what}", page)[1]


def status(machine, model, wanted):
    """Waits for the STATUS line, as people see it."""
    def seen():
        printed = machine.run("systemctl", "status", "--no-pager", "stackd").stdout
        return f'Status: "{wanted}"' in printed
    try:
        model.wait(seen, wanted)
    except AssertionError:
        pytest.fail(machine.run("systemctl", "status", "--no-pager", "stackd").stdout +
                    machine.journal())


def test_it_starts(machine, model):
    machine.good("systemctl", "stop", "stackd")
    machine.good("systemctl", "start", "stackd")
    assert machine.show("ActiveState", "SubState", "NRestarts") == {
        "ActiveState": "active", "SubState": "running", "NRestarts": "0"}
    status(machine, model, "0 stacks")


def test_a_manifest_becomes_a_stack(machine, model):
    machine.write("templates/topic.yaml", TEMPLATE)
    machine.write("town.yaml", MANIFEST)
    model.settled("town", ["CreateStack"])
    status(machine, model, "1 stack: 1 in sync")
    assert model.live("town")["status"] == "CREATE_COMPLETE"


def test_the_journal_has_fields(machine):
    messages = machine.messages("STACKD_STACK=town")
    by_id = {message["MESSAGE_ID"]: message for message in messages if "MESSAGE_ID" in message}
    submitted = by_id[message_id("an operation was submitted")]
    ended = by_id[message_id("an operation ended well")]
    assert {message["STACKD_REGION"] for message in messages} == {REGION}
    assert {message["STACKD_MANIFEST"] for message in messages} == {"town"}
    assert {message["SYSLOG_IDENTIFIER"] for message in messages} == {"stackd"}
    assert submitted["STACKD_OPERATION"] == ended["STACKD_OPERATION"] == "create"
    assert submitted["STACKD_REASON"] == f"not in {REGION} yet"
    assert submitted["STACKD_REQUEST_ID"]
    assert ended["PRIORITY"] == "5"
    assert message_id("an event of a running operation") in by_id


def test_a_reload_is_heard(machine, model):
    before = machine.show("MainPID")
    seen = model.mark()
    machine.good("systemctl", "reload", "stackd")
    assert machine.show("ActiveState", "MainPID") == {"ActiveState": "active", **before}
    assert any("read again" in message["MESSAGE"] for message in machine.messages())
    model.wait(lambda: model.sent(seen), "a look at AWS")
    status(machine, model, "1 stack: 1 in sync")
    assert model.writes(seen) == []


def test_the_plan_may_be_asked_for_meanwhile(machine):
    assert machine.good(*PLAN) == "  in sync  town\n"


def test_the_socket_is_for_root_and_the_group(machine):
    told = machine.good("stat", "--format=%F %a %U %G", SOCKET, str(pathlib.Path(SOCKET).parent))
    assert told == "socket 660 stackd stackd\ndirectory 750 stackd stackd\n"
    assert machine.good("stackctl", "list") == "  in sync  town\n"
    assert machine.good("stackctl", "reconcile", "town")
    ended = machine.run("stackctl", "retry", "castle")
    assert (ended.returncode, ended.stdout) == (4, "")


def test_a_member_of_the_group_reads(machine):
    group = machine.good("stat", "--format=%g", SOCKET).strip()
    member = ["setpriv", "--reuid=65534", "--regid=65534", f"--groups={group}", "stackctl"]
    assert machine.good(*member, "list") == "  in sync  town\n"
    ended = machine.run(*member, "approve", "town", "9c1d22a07f3b")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "only root and stackd's own user may change anything" in ended.stderr
    ended = machine.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "stackctl",
                        "list")
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "Permission denied" in ended.stderr


def test_the_user_may_all(machine):
    own = ["setpriv", "--reuid=stackd", "--regid=stackd", "--clear-groups", "stackctl"]
    assert machine.good(*own, "suspend", "town", "--reason", "the painters are here")
    assert "the painters are here" in machine.good(*own, "list", "--json")
    assert machine.good(*own, "resume", "town")


def test_a_broken_manifest_is_told_and_all_else_goes_on(machine, model):
    machine.write("broken.yaml", "template-file-paht: templates/topic.yaml\n")
    status(machine, model, "2 stacks: 1 in sync, 1 frozen")
    told = machine.messages("STACKD_MANIFEST=broken", "PRIORITY=3")
    assert any("broken.yaml:1:1: " in message["MESSAGE"] for message in told)
    (machine.settings / "broken.yaml").unlink()
    status(machine, model, "1 stack: 1 in sync")


def test_it_stops_at_once(machine):
    began = time.monotonic()
    machine.good("systemctl", "stop", "stackd")
    took = time.monotonic() - began
    assert machine.show("ActiveState", "Result", "ExecMainStatus") == {
        "ActiveState": "inactive", "Result": "success", "ExecMainStatus": "0"}
    assert took < STOP_S
    assert machine.run("stackctl", "list").returncode == 3


def test_the_memory_is_its_own(machine):
    modes = machine.good("find", "/var/lib/stackd", "-printf", "%m %u %y\n").splitlines()
    assert set(modes) == {"700 stackd d", "600 stackd f"}


def test_it_remembers(machine, model):
    seen = model.mark()
    machine.good("systemctl", "start", "stackd")
    status(machine, model, "1 stack: 1 in sync")
    assert model.writes(seen) == []


def test_wrong_settings_are_not_tried_again(machine):
    machine.good("systemctl", "stop", "stackd")
    machine.write("stackd.conf", "[Reconcile]\nIntervall=1s\n")
    assert machine.run("systemctl", "start", "stackd").returncode != 0
    assert machine.show("ActiveState", "ExecMainStatus", "NRestarts") == {
        "ActiveState": "failed", "ExecMainStatus": "78", "NRestarts": "0"}
    assert any("stackd.conf:2" in message["MESSAGE"] for message in machine.messages())


def test_the_keys_are_not_in_the_journal(machine):
    said = json.dumps(machine.messages())
    assert SECRET not in said
    assert KEY not in said


def test_the_manual_is_there(installed):
    """Where scdoc was not, there is none, and nothing to hold it against."""
    pages = {path.name for path in (installed / "usr/share/man").rglob("*")
             if path.is_file()} if (installed / "usr/share/man").exists() else None
    if pages is None:
        pytest.skip("built without scdoc")
    assert pages == {"stackctl.1", "stackd.8", "stackd.conf.5", "stackd.manifest.5"}

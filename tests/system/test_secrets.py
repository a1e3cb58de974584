"""Secrets of several kinds given to the installed service, in operations that fail with words that
repeat them; then looked for in the whole journal and in whatever else it leaves. The tests build
upon each other."""
import json
import pathlib
import re

import pytest
from identity_doubles import MADE_UP
from model_server import ACCOUNT, KEY, REGION

TEMPORARY_KEY, TEMPORARY_SECRET = "ASIATEMPORARY", "secret-key-of-the-credential"
TEMPORARY_TOKEN = "session-token-of-the-credential"
PASSWORD, WORD, PIN = "plumage-of-gold", "feathers-of-silver", "beak-of-brass"
SECRETS = [text.encode() for text in (
    TEMPORARY_SECRET, TEMPORARY_TOKEN, PASSWORD, WORD, PIN)]
OTHER_ACCOUNT = "222222222222"
ROLE = f"arn:aws:iam::{OTHER_ACCOUNT}:role/deploy"
TEMPLATE = """\
Parameters:
  Password: {Type: String, NoEcho: true}
  Word: {Type: String, NoEcho: true}
  Pin: {Type: String, NoEcho: true}
  Number: {Type: String}
Resources: {Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Number}}}
"""
CREDENTIALS = f"""\
[default]
aws_access_key_id = {TEMPORARY_KEY}
aws_secret_access_key = {TEMPORARY_SECRET}
aws_session_token = {TEMPORARY_TOKEN}
"""
SETTINGS = """\
[Reconcile]
Interval=200ms
PollInterval=20ms
QuietTime=20ms
RetryMin=50ms
RetryMax=500ms
"""
DROP_IN = """\
[Service]
LoadCredential=aws-credentials:/etc/default/aws-credentials
LoadCredential=word:/etc/default/word
"""
# What an operator may do who wants a core file of it.
CORE_DROP_IN = "[Service]\nLimitCORE=infinity\nWorkingDirectory=/var/lib/stackd\n"


def found_in(data):
    """Which secrets are in it: those that were given, and what the model makes up for roles."""
    return [secret for secret in SECRETS if secret in data] + MADE_UP.findall(data)


def manifest(number, **more):
    return json.dumps({
        "template-file-path": "templates/secrets.yaml", **more,
        "parameters": {"Password": {"environment": "TOWN_PASSWORD"}, "Number": str(number),
                       "Word": {"credential": "word"}, "Pin": {"file": "pin.txt"}}})


def drop_in(machine, name, text):
    (machine.defaults / name).write_text(text)
    machine.good("mkdir", "-p", "/etc/systemd/system/stackd.service.d")
    machine.good("cp", f"/etc/default/{name}", "/etc/systemd/system/stackd.service.d/")
    machine.good("systemctl", "daemon-reload")


def said(machine, model, pattern):
    model.wait(lambda: re.search(pattern, machine.journal()), f"the journal has: {pattern}")


@pytest.fixture(name="service", scope="module")
def fixture_service(machine, model):
    """The service with its secrets: a stack that is created, and one of another account."""
    model.scenario(
        accounts=[{"access_key": TEMPORARY_KEY, "secret_key": TEMPORARY_SECRET,
                   "session_token": TEMPORARY_TOKEN, "account": ACCOUNT}],
        roles=[{"arn": ROLE, "principals": [ACCOUNT]}])
    machine.good("systemctl", "stop", "stackd")
    (machine.defaults / "stackd").write_text(
        f"AWS_REGION={REGION}\nAWS_ENDPOINT_URL={model.endpoint}\nTOWN_PASSWORD={PASSWORD}\n")
    (machine.defaults / "aws-credentials").write_text(CREDENTIALS)
    (machine.defaults / "word").write_text(WORD)
    drop_in(machine, "secrets.conf", DROP_IN)
    machine.write("stackd.conf", SETTINGS)
    machine.write("pin.txt", PIN)
    machine.write("templates/secrets.yaml", TEMPLATE)
    machine.write("town.yaml", manifest(1))
    machine.write("far.yaml", manifest(1, **{"assume-role-arn": ROLE}))
    machine.good("systemctl", "start", "stackd")
    for stack in ("town", "far"):
        model.settled(stack, ["CreateStack"])
    return machine


def trouble(machine, model):
    """An update and a creation that fail with the secrets in their reasons, and refusals."""
    reason = f"neither {PASSWORD} nor {WORD}, {PIN} at least"
    model.scenario(resources=[
        {"kind": "fail-update", "stack": "town", "resource": "Topic", "count": 0, "reason": reason},
        {"kind": "fail-create", "stack": "bad", "resource": "Topic", "count": 0, "reason": reason}])
    machine.write("town.yaml", manifest(2))
    machine.write("bad.yaml", manifest(1))
    for stack, what in (("town", "update failed"), ("bad", "create failed")):
        said(machine, model, re.escape(f"{stack}: {what}: Topic (AWS::SNS::Topic): "
                                       "neither *** nor ***, *** at least"))
    for kind, code in (("expired-token", "ExpiredToken"),
                       ("invalid-token", "InvalidClientTokenId"), ("denied", "AccessDenied")):
        model.scenario(faults=[{"kind": kind, "count": 0}])
        said(machine, model, code)
        model.scenario(clear=True)
        if kind != "denied":
            said(machine, model, re.compile(f"(?s){code}.*answers again"))
    machine.run("stackctl", "approve", "town", "0123456789ab")
    machine.good("stackctl", "retry", "--all")


def left_in(machine):
    """Files that it could have left something in; what systemd gave it is in /run/credentials."""
    root = pathlib.Path(f"/proc/{machine.leader}/root")
    given = root / "run/credentials"
    for place in ("var", "run", "tmp"):
        for path in (root / place).rglob("*"):
            if path.is_file() and given not in path.parents:
                yield path, path.read_bytes()


def test_the_secrets_are_used(service, model):
    entries = {entry["stack_name"]: entry for entry in model.ledger()}
    for stack in ("town", "far"):
        values = entries[stack]["parameters"]
        assert (values["Password"], values["Word"], values["Pin"]) == (PASSWORD, WORD, PIN)
    assert entries["town"]["access_key"] == TEMPORARY_KEY
    assert entries["far"]["access_key"] not in (TEMPORARY_KEY, KEY)
    given = service.run("cat", "/run/credentials/stackd.service/aws-credentials",
                        "/run/credentials/stackd.service/word", text=False).stdout
    assert found_in(given) == [secret for secret in SECRETS
                               if secret not in (PASSWORD.encode(), PIN.encode())]


def test_nothing_of_them_is_said(service, model):
    trouble(service, model)
    told = {command: service.run(*command.split(), text=False).stdout for command in (
        "journalctl --output=export --all", "systemctl status --full --lines=9999 stackd",
        "systemctl show stackd", "systemctl show", "systemctl cat stackd", "stackctl list",
        "stackctl list --json", "stackd --version", "ps -eo args")}
    assert b"update failed" in told["journalctl --output=export --all"]
    assert b'"far"' in told["stackctl list --json"]
    assert {command: found_in(text) for command, text in told.items() if found_in(text)} == {}
    arguments = service.run("sh", "-c", "cat /proc/[0-9]*/cmdline", text=False).stdout
    assert b"/usr/bin/stackd" in arguments and found_in(arguments) == []


def test_nothing_of_them_is_left(service):
    left = dict(left_in(service))
    assert any(path.match("var/lib/stackd/*/*") or path.match("var/lib/stackd/*") for path in left)
    assert {path: found_in(text) for path, text in left.items() if found_in(text)} == {}


def test_no_core_file(service, model):
    """Neither as it is installed, nor where somebody lifts the unit's limit."""
    assert service.show("LimitCORE") == {"LimitCORE": "0"}
    for lifted in (False, True):
        if lifted:
            drop_in(service, "core.conf", CORE_DROP_IN)
            service.good("systemctl", "restart", "stackd")
            assert service.show("LimitCORE") == {"LimitCORE": "infinity"}
        service.good("systemctl", "kill", "--signal=ABRT", "stackd")
        model.wait(lambda: service.show("ActiveState")["ActiveState"] != "active", "it ended")
        assert service.show("Result") == {"Result": "signal"}
        assert [str(path) for path, _ in left_in(service)
                if re.match(r"core(\.|$)", path.name)] == []
    assert {path: found_in(text) for path, text in left_in(service) if found_in(text)} == {}


def test_a_core_file_can_be_had(service):
    """Else the test before could not fail."""
    service.run("systemd-run", "--quiet", "--wait", "--property=LimitCORE=infinity",
                "--property=WorkingDirectory=/var/lib/stackd", "sh", "-c",
                "word='in the core'; kill -ABRT $$$$")
    cores = [text for path, text in left_in(service) if re.match(r"core(\.|$)", path.name)]
    if not cores:
        pytest.skip("this machine keeps core files elsewhere, or none")
    assert b"in the core" in cores[0]

"""Secrets of every source of keys, looked for wherever stackd leaves something: what it says, its
folders, the arguments and environments of processes, a core file."""
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys

import pytest
from identity_doubles import (
    ACCOUNTS, CONTAINERS, MADE_UP, METADATA, ROLES, TEMPLATE, WEB_TOKEN, keys, role_arn)
from model_server import REGION, WAIT_S
from workplace import manifest

WRITTEN = [value.encode() for row in ACCOUNTS for name, value in row.items()
           if name in ("secret_key", "session_token")]
WORDS = [WEB_TOKEN.encode(), b"container-word"]
SPY = """\
tr '\\0' '\\n' </proc/self/environ >"{home}/spy-environ"
cat /proc/[0-9]*/cmdline >"{home}/spy-arguments" 2>/dev/null
cat <<'END'
{printed}
END
"""
BASE = "[profile base]\n" + keys("AKIAOTHER")
SOURCES = {
    "environment": {"env": keys("ASIAENV", "environment")},
    "credentials": {"credentials": "[default]\n" + keys("ASIAENV")},
    "program": {"config": "[default]\ncredential_process = /bin/sh {home}/spy.sh\n"},
    "role": {"config": BASE + "[default]\nsource_profile = base\n"
             f"role_arn = {role_arn('one', 8)}\n"},
    "identity": {"env": {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token",
                         "AWS_ROLE_ARN": role_arn("web", 9)}},
    "container": {"env": {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://{metadata}/closed",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "Bearer container-word"}},
    "instance": {"env": {"AWS_EC2_METADATA_DISABLED": "false",
                         "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://{metadata}"}},
}


def found_in(text, more=()):
    """Which secrets are in it."""
    return [secret for secret in [*WRITTEN, *WORDS, *more] if secret in text] + \
        MADE_UP.findall(text)


def command_lines():
    """Of all processes, as `ps` shows them."""
    text = b""
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text += path.read_bytes()
        except OSError:
            pass  # it ended meanwhile
    return text


def left_behind(home):
    """All files below, but for those in which the user wrote secrets down."""
    given = {home / ".aws", home / "token", home / "spy.sh"}
    return {path: path.read_bytes() for path in home.rglob("*")
            if path.is_file() and not given & {path, *path.parents}}


@pytest.fixture(name="start")
def fixture_start(make_workplace, model, monkeypatch):
    """Starts a daemon whose keys are of a source, in its own folder, with leave for a core file."""
    model.scenario(accounts=ACCOUNTS, roles=ROLES, metadata=METADATA, containers=CONTAINERS)

    def start(source):
        place = make_workplace(model)
        words = {"home": str(place.home), "metadata": model.metadata,
                 "printed": keys("ASIAPROC", "process")}

        def fill(text):
            for name, value in words.items():
                text = text.replace("{" + name + "}", value)
            return text
        given = SOURCES[source]
        (place.home / ".aws").mkdir()
        for name, text in ((".aws/config", given.get("config", "")), ("token", WEB_TOKEN),
                           (".aws/credentials", given.get("credentials", "")), ("spy.sh", SPY)):
            (place.home / name).write_text(fill(text))
        for name in keys("AKIAENV", "environment"):
            del place.environment[name]
        place.environment.update({
            "AWS_REGION": REGION, "LOGNAME": "spied-on",
            **{name: fill(value) for name, value in given.get("env", {}).items()}})
        place.write("template.json", TEMPLATE)
        place.write("app.yaml", manifest("template.json"))
        monkeypatch.chdir(place.home)
        return place, place.daemon().ready()
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (limits[1], limits[1]))
    yield start
    resource.setrlimit(resource.RLIMIT_CORE, limits)


def troubles(place, model, daemon):
    """A create, one that fails, keys that are refused, another account that is wanted."""
    daemon.in_sync(1)
    model.scenario(resources=[{"kind": "fail-create", "stack": "bad", "count": 0}])
    place.write("bad.yaml", manifest("template.json"))
    daemon.line("bad.*(fail|ROLLBACK)")
    place.remove("bad.yaml")
    for kind in ("expired-token", "invalid-token", "denied"):
        seen = len(daemon.lines)
        model.scenario(faults=[{"kind": kind, "count": 8}])
        daemon.line("ExpiredToken|InvalidClientTokenId|AccessDenied", seen)
        daemon.line("answers again|can be looked at again", seen)
    model.scenario(clear=True)
    for arguments in (["list"], ["list", "--json"]):
        place.stackctl(*arguments)


def core_files(folder):
    return [path for path in folder.iterdir() if path.name.startswith("core")]


def test_what_is_looked_for_is_found(start, model):
    """In what the model hands out, that is."""
    assert start
    role = model.act("AKIAENV", Action="AssumeRole", Version="2011-06-15", RoleSessionName="me",
                     RoleArn=role_arn("one", 8))
    assert len(found_in(role.encode())) == 2
    assert found_in(keys("ASIAENV").encode()) == [b"secret-of-ASIAENV", b"token-of-ASIAENV"]


@pytest.mark.parametrize("source", SOURCES)
def test_secrets(start, model, source):
    place, daemon = start(source)
    troubles(place, model, daemon)
    assert model.accepted("app") == ["CreateStack"]
    assert found_in(command_lines()) == []
    daemon.send(signal.SIGABRT)
    assert daemon.end() == -signal.SIGABRT
    assert core_files(place.home) == []
    assert found_in(place.everything_said().encode()) == []
    left = left_behind(place.home)
    assert any(path.is_relative_to(place.state) for path in left)
    assert {path: found_in(text) for path, text in left.items() if found_in(text)} == {}


def test_a_program_sees_what_its_user_gave(start, model):
    """Nothing in its environment that isn't in the daemon's, but what the shell sets itself."""
    place, daemon = start("program")
    daemon.in_sync(1)
    seen = dict(line.partition("=")[::2]
                for line in (place.home / "spy-environ").read_text().splitlines())
    assert seen["LOGNAME"] == "spied-on"
    others = {name for name, value in seen.items() if place.environment.get(name) != value}
    assert others <= {"_", "PWD", "OLDPWD", "SHLVL", "NOTIFY_SOCKET", "SYSTEMD_EXEC_PID"}
    assert found_in((place.home / "spy-arguments").read_bytes()) == []
    assert model.accepted("app") == ["CreateStack"]


def test_a_core_file_can_be_had(start):
    """Else the test above could not fail: another program leaves one here."""
    assert start
    resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
    folder = pathlib.Path.cwd()
    code = "import ctypes, os; os.environ['WORD'] = 'in the core'; ctypes.string_at(0)"
    ended = subprocess.run([sys.executable, "-c", code], timeout=WAIT_S, check=False,
                           stderr=subprocess.DEVNULL)
    assert ended.returncode == -signal.SIGSEGV
    if not core_files(folder):
        pytest.skip("this machine keeps core files elsewhere, or none")
    assert b"in the core" in core_files(folder)[0].read_bytes()
    for path in core_files(folder):
        path.unlink()


def test_nobody_looks_inside(start):
    """Not of the same user either: the kernel gives its memory and environment to root only."""
    _, daemon = start("environment")
    for name in ("environ", "mem", "maps"):
        assert os.stat(f"/proc/{daemon.process.pid}/{name}").st_uid == 0
    status = pathlib.Path(f"/proc/{daemon.process.pid}/limits").read_text()
    assert re.search(r"Max core file size +0 +0 ", status)

"""The model's server itself: its arguments, its control port, and how it breaks connections."""
import json
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse

import pytest
from model_server import INSTANT, MODEL, WAIT_S

TEMPLATE = '{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}'
CREATE = {"Action": "CreateStack", "StackName": "app", "TemplateBody": TEMPLATE}


def run(*arguments):
    return subprocess.run([MODEL, *arguments], text=True, timeout=WAIT_S, capture_output=True,
                          check=False)


def post(model, fields, headers=""):
    """A request by hand, without any signature; the open connection."""
    host, _, port = model.address.partition(":")
    body = urllib.parse.urlencode(fields)
    connection = socket.create_connection((host, int(port)), timeout=WAIT_S)
    connection.sendall((f"POST / HTTP/1.1\r\nHost: {model.address}\r\n{headers}"
                        f"Content-Length: {len(body)}\r\n\r\n{body}").encode())
    return connection


@pytest.fixture(name="open_model")
def fixture_open_model(start_model):
    """A model that lets everybody in."""
    model = start_model()
    model.scenario(options={"schedule": INSTANT, "check_signature": False})
    return model


def test_help_and_bad_arguments(tmp_path):
    helped = run("--help")
    assert helped.returncode == 0
    for option in ("--listen", "--metadata", "--control", "--scenario", "--seed", "--clock"):
        assert option in helped.stdout
    assert run().returncode == 2
    assert run("--listen", "127.0.0.1:0", "more").returncode == 2
    assert "expected ADDRESS:PORT" in run("--listen", "here").stderr
    scenario = tmp_path / "scenario.json"
    scenario.write_text('{"options": {"speed": 1}}')
    broken = run("--listen", "127.0.0.1:0", "--scenario", str(scenario))
    assert (broken.returncode, broken.stderr) == (
        1, f"cloudformation-model: {scenario}: options: speed: no such option\n")


def test_a_scenario_file_and_a_seed(start_model, tmp_path):
    scenario = tmp_path / "scenario.json"
    scenario.write_text(json.dumps({"options": {"schedule": INSTANT}}))
    stack_ids = set()
    for seed in ("7", "7", "8"):
        model = start_model("--scenario", str(scenario), "--seed", seed)
        model.act(**CREATE)
        stack_ids.add(model.ledger()[0]["stack_id"])
    assert len(stack_ids) == 2


def test_control_says_what_is_wrong(model):
    with pytest.raises(ValueError, match="faults: kind: expected one of throttle"):
        model.scenario(faults=[{"kind": "boom"}])
    for path, body, status in (("/nothing", None, 404), ("/step?ms=1", "", 409)):
        with pytest.raises(urllib.error.HTTPError) as caught:
            model.control(path, body)
        assert caught.value.code == status


def test_control_is_not_on_the_aws_port(model):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"{model.endpoint}/ledger", timeout=WAIT_S)
    assert caught.value.code == 405


def test_transcript_can_be_waited_for(open_model):
    found = []
    waiter = threading.Thread(
        target=lambda: found.extend(open_model.transcript(wait_s=WAIT_S)))
    waiter.start()
    open_model.act(**CREATE)
    waiter.join(WAIT_S)
    assert [line["action"] for line in found] == ["CreateStack"]
    assert found[0]["fields"]["StackName"] == "app"
    began = time.monotonic()
    assert open_model.transcript(start=1, wait_s=0.1) == []
    assert 0.1 <= time.monotonic() - began < WAIT_S


def test_a_fault_for_requests_that_name_no_stack(model):
    model.scenario(faults=[{"kind": "denied", "stack": "", "count": 0}])
    cfn = model.client()
    cfn.create_stack(StackName="app", TemplateBody=TEMPLATE)
    assert cfn.describe_stacks(StackName="app")["Stacks"]
    for _ in range(2):
        with pytest.raises(cfn.exceptions.ClientError, match="AccessDenied"):
            cfn.describe_stacks()


def test_a_reset_is_a_reset(open_model):
    for kind, accepted in (("reset-before", 0), ("reset-after", 1)):
        open_model.scenario(faults=[{"kind": kind}])
        with post(open_model, CREATE) as connection, pytest.raises(ConnectionResetError):
            connection.recv(1)
        assert len(open_model.ledger()) == accepted


def test_a_hang_ends_with_the_server(open_model):
    open_model.scenario(faults=[{"kind": "hang"}])
    with post(open_model, CREATE) as connection:
        assert open_model.transcript(wait_s=WAIT_S)[0]["fate"] == "hang"
        connection.settimeout(0.1)
        with pytest.raises(socket.timeout):
            connection.recv(1)
        open_model.process.terminate()
        assert open_model.process.wait(WAIT_S) == 0


@pytest.mark.parametrize("kind, accepted", [("kill-before", 0), ("kill-after", 1)])
def test_a_client_is_killed(open_model, kind, accepted):
    with subprocess.Popen(["/usr/bin/cat"], stdin=subprocess.PIPE) as victim:
        open_model.scenario(faults=[
            {"kind": kind, "action": "CreateStack", "pid": victim.pid}])
        with post(open_model, CREATE) as connection, pytest.raises(ConnectionResetError):
            connection.recv(1)
        assert victim.wait(WAIT_S) == -signal.SIGKILL
    assert len(open_model.ledger()) == accepted


def test_a_late_request_arrives_without_its_client(start_model):
    model = start_model(clock_ms=1700000000000)
    model.scenario(options={"check_signature": False},
                   faults=[{"kind": "late", "delay_ms": 5000}])
    with post(model, CREATE):
        assert model.transcript(wait_s=WAIT_S)[0]["fate"] == "hang"
    assert model.step(4999)["deadline_ms"] == 1700000005000
    assert model.ledger() == []
    model.step(1)
    assert [entry["time_ms"] for entry in model.ledger()] == [1700000005000]


def test_junk_is_answered_or_refused(open_model):
    """Whatever comes, the server goes on."""
    junk = [b"\0" * 100, b"GET / HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
            b"POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n%zz",
            b"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: AWS4-HMAC-SHA256 Credential=/,,,\r\n"
            b"Content-Length: 0\r\n\r\n",
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"]
    host, _, port = open_model.address.partition(":")
    for sent in junk:
        with socket.create_connection((host, int(port)), timeout=WAIT_S) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
    open_model.act(**CREATE)
    assert [entry["action"] for entry in open_model.ledger()] == ["CreateStack"]

"""What the integration tests share: the model of CloudFormation as a running server.

Builds are found in $STACKD_BUILD (default: build). boto3 reads the newer service models of
../shared/botocore, because Debian's drop members that the replies have.
"""
import json
import os
import pathlib
import subprocess
import urllib.error
import urllib.parse
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
BUILD = ROOT / os.environ.get("STACKD_BUILD", "build")
MODEL = BUILD / "tests/cloudformation/cloudformation-model"
REGION = "eu-west-1"
ACCOUNT = "111111111111"
KEY, SECRET = "AKIAMODEL", "model-secret"
WAIT_S = 10
INSTANT = dict.fromkeys(
    ["create_ms", "update_ms", "delete_ms", "rollback_ms", "cleanup_ms", "change_set_ms"], 0)

os.environ["AWS_DATA_PATH"] = str(SHARED / "botocore")
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


class Model:
    """A cloudformation-model process. Its clock is the real one, or starts at `clock_ms` and moves
    by step() only."""

    def __init__(self, *arguments, clock_ms=None):
        if clock_ms is not None:
            arguments += ("--clock", str(clock_ms))
        self.process = subprocess.Popen(
            [MODEL, "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", *arguments],
            stdout=subprocess.PIPE, text=True)
        lines = [self.process.stdout.readline() for _ in range(2)]
        assert all(" on " in line for line in lines), f"the model did not start: {lines}"
        self.address, self.control_address = (line.split()[-1] for line in lines)
        self.endpoint = f"http://{self.address}"
        self.clients = {}

    def control(self, path, body=None):
        """A request to the control port; a body makes it a POST. Gives the answer's text."""
        request = urllib.request.Request(
            f"http://{self.control_address}{path}", data=None if body is None else body.encode())
        with urllib.request.urlopen(request, timeout=WAIT_S + 5) as answer:
            return answer.read().decode()

    def scenario(self, **parts):
        try:
            self.control("/scenario", json.dumps(parts))
        except urllib.error.HTTPError as error:
            raise ValueError(error.read().decode()) from None

    def ledger(self, start=0):
        return json.loads(self.control(f"/ledger?from={start}"))

    def transcript(self, start=0, wait_s=0):
        """Requests from number `start` on; waits until there is one more, if asked."""
        return json.loads(
            self.control(f"/transcript?from={start}&wait_ms={int(wait_s * 1000)}"))

    def act(self, access_key="OTHER", region=REGION, **fields):
        """Somebody else's request, unsigned; gives the reply's XML."""
        query = urllib.parse.urlencode({"access_key": access_key, "region": region})
        return self.control(f"/act?{query}", urllib.parse.urlencode(fields))

    def step(self, ms):
        return json.loads(self.control(f"/step?ms={ms}", ""))

    def client(self, service="cloudformation", access_key=KEY, secret=SECRET, region=REGION,
               token=None):
        """A boto3 client that tries once."""
        place = (service, access_key, secret, region, token)
        if place not in self.clients:
            boto3 = pytest.importorskip("boto3")
            config = pytest.importorskip("botocore.config")
            self.clients[place] = boto3.client(
                service, endpoint_url=self.endpoint, region_name=region,
                aws_access_key_id=access_key, aws_secret_access_key=secret,
                aws_session_token=token,
                config=config.Config(retries={"total_max_attempts": 1}, read_timeout=WAIT_S))
        return self.clients[place]

    def surroundings(self, **more):
        """Environment variables with which a program speaks to this model."""
        return {**os.environ, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
                "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
                "AWS_ENDPOINT_URL": self.endpoint, "AWS_CONFIG_FILE": "/nonexistent",
                "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent", **more}

    def stop(self):
        """Ends it; a sanitizer's complaint or a crash fails the test."""
        self.process.terminate()
        assert self.process.wait(timeout=WAIT_S) == 0, "the model did not end well"


@pytest.fixture(name="start_model")
def fixture_start_model():
    """Starts models, stops them after the test."""
    if not MODEL.exists():
        pytest.fail(f"{MODEL} is not built (STACKD_BUILD={BUILD})")
    models = []

    def start(*arguments, **options):
        models.append(Model(*arguments, **options))
        models[-1].scenario(accounts=[
            {"access_key": KEY, "secret_key": SECRET, "account": ACCOUNT}],
            options={"check_signature": True})
        return models[-1]

    yield start
    for model in models:
        model.stop()


@pytest.fixture(name="model")
def fixture_model(start_model):
    """A model where nothing takes time, that checks signatures of KEY and SECRET."""
    model = start_model()
    model.scenario(options={"schedule": INSTANT})
    return model


@pytest.fixture(name="shared", scope="session")
def fixture_shared():
    """The folder of recordings, seeds and service models; tests that need it are skipped."""
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is not there")
    return SHARED

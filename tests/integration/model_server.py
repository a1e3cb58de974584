"""The model of CloudFormation as a running server, for tests that drive it or read what it saw.

Builds are found in $STACKD_BUILD (default: build). boto3 reads the newer service models of
../shared/botocore, because Debian's drop members that the replies have.
"""
import json
import os
import pathlib
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ElementTree

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
BUILD = ROOT / os.environ.get("STACKD_BUILD", "build")
MODEL = BUILD / "tests/cloudformation/cloudformation-model"
REGION = "eu-west-1"
ACCOUNT = "111111111111"
KEY, SECRET = "AKIAMODEL", "model-secret"
SOMEBODY = "OTHER"  # the access key of act()
READING = ("Assume", "Describe", "Get", "Head", "List")
WAIT_S = 60  # what takes longer hangs
INSTANT = dict.fromkeys(
    ["create_ms", "update_ms", "delete_ms", "rollback_ms", "cleanup_ms", "change_set_ms"], 0)

os.environ["AWS_DATA_PATH"] = str(SHARED / "botocore")
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"


class Model:
    """A cloudformation-model process. Its clock is the real one, or starts at `clock_ms` and moves
    by step() only. `address` is where AWS answers, `addresses` are all such places; `metadata` is
    where an instance's metadata and containers' endpoints answer, `more_metadata` such places that
    were asked for."""

    def __init__(self, *arguments, clock_ms=None):
        if clock_ms is not None:
            arguments += ("--clock", str(clock_ms))
        self.process = subprocess.Popen(
            [MODEL, "--listen", "127.0.0.1:0", "--control", "127.0.0.1:0",
             "--metadata", "127.0.0.1:0", *arguments], stdout=subprocess.PIPE, text=True)
        more = arguments.count("--listen") + arguments.count("--metadata")
        lines = [self.process.stdout.readline() for _ in range(3 + more)]
        assert all(" on " in line for line in lines), f"the model did not start: {lines}"
        places = [(line.split()[0], line.split()[-1]) for line in lines]
        self.addresses = [address for kind, address in places if kind == "listening"]
        self.address, self.control_address = self.addresses[0], dict(places)["control"]
        self.metadata, *self.more_metadata = [
            address for kind, address in places if kind == "metadata"]
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

    def act(self, access_key=SOMEBODY, region=REGION, **fields):
        """Somebody else's request, unsigned; gives the reply's XML."""
        query = urllib.parse.urlencode({"access_key": access_key, "region": region})
        return self.control(f"/act?{query}", urllib.parse.urlencode(fields))

    def meddle(self, stack, **parameters):
        """Somebody else changes parameters of a stack; the others stay."""
        fields = {}
        for number, name in enumerate(self.live(stack)["parameters"], 1):
            fields[f"Parameters.member.{number}.ParameterKey"] = name
            if name in parameters:
                fields[f"Parameters.member.{number}.ParameterValue"] = parameters[name]
            else:
                fields[f"Parameters.member.{number}.UsePreviousValue"] = "true"
        self.act(Action="UpdateStack", StackName=stack, UsePreviousTemplate="true", **fields)

    def step(self, ms):
        return json.loads(self.control(f"/step?ms={ms}", ""))

    def mark(self):
        """How many requests there were; where writes() and sent() begin after."""
        return len(self.transcript())

    def sent(self, start=0):
        """What was sent to AWS by others than act()."""
        return [line for line in self.transcript(start)
                if line["access_key"] != SOMEBODY and line["service"] != "metadata"]

    def writes(self, start=0):
        """Actions that may change something, in the order in which they were sent."""
        return [line["action"] for line in self.sent(start)
                if not line["action"].startswith(READING)]

    def accepted(self, stack, start=0):
        """Actions on a stack that took effect, by whomever."""
        return [entry["action"] for entry in self.ledger(start) if entry["stack_name"] == stack]

    def live(self, stack):
        """A stack's status, parameters, outputs and tags; None: there is none."""
        try:
            reply = ElementTree.fromstring(self.act(Action="DescribeStacks", StackName=stack))
        except urllib.error.HTTPError:
            return None
        found = reply.find(".//{*}Stacks/{*}member")

        def pairs(path, name, value):
            return {row.find(f"{{*}}{name}").text: row.find(f"{{*}}{value}").text or ""
                    for row in found.findall(f"{{*}}{path}/{{*}}member")}
        return {"id": found.find("{*}StackId").text, "status": found.find("{*}StackStatus").text,
                "parameters": pairs("Parameters", "ParameterKey", "ParameterValue"),
                "outputs": pairs("Outputs", "OutputKey", "OutputValue"),
                "tags": pairs("Tags", "Key", "Value")}

    def change_sets(self, stack):
        reply = ElementTree.fromstring(self.act(Action="ListChangeSets", StackName=stack))
        return [name.text for name in reply.iterfind(".//{*}ChangeSetName")]

    def wait(self, condition, what):
        """Until a condition holds, which is looked at after each request and every 100 ms."""
        end = time.monotonic() + WAIT_S
        while not (found := condition()):
            self.control("/clock")  # what is due happens, also where nobody asks for it
            assert time.monotonic() < end, f"{what}: not within {WAIT_S} s: {self.ledger()}"
            self.transcript(self.mark(), wait_s=0.1)
        return found

    def settled(self, stack, actions):
        """Waits until exactly these actions were accepted and ended."""
        def ended():
            entries = [entry for entry in self.ledger() if entry["stack_name"] == stack]
            return ([entry["action"] for entry in entries] == actions and
                    all(entry["result"] for entry in entries))
        self.wait(ended, f"{stack}: {actions}")

    def rounds(self, count=3):
        """Waits for so many further looks at all stacks."""
        start = self.mark()
        self.wait(lambda: sum(line["action"] == "DescribeStacks" for line in self.sent(start)) >=
                  count, f"{count} rounds of looking")

    def client(self, service="cloudformation", access_key=KEY, secret=SECRET, region=REGION,
               token=None, **options):
        """A boto3 client that tries once; options are botocore's Config."""
        place = (service, access_key, secret, region, token, str(options))
        if place not in self.clients:
            boto3 = pytest.importorskip("boto3")
            config = pytest.importorskip("botocore.config")
            self.clients[place] = boto3.client(
                service, endpoint_url=self.endpoint, region_name=region,
                aws_access_key_id=access_key, aws_secret_access_key=secret,
                aws_session_token=token,
                config=config.Config(retries={"total_max_attempts": 1}, read_timeout=WAIT_S,
                                     **options))
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

"""Keys from the addresses that AWS's machines have. test_link_local.py runs this in a network of
its own, in which the model answers at them.
"""
import pytest
from identity_doubles import ACCOUNTS, CONTAINERS, METADATA, TEMPLATE, Look, Probe
from model_server import Model
from workplace import Workplace, manifest

INSTANCE, TASK = ("ASIAIMDS", "6" * 12, "eu-west-1"), ("ASIATASK", "7" * 12, "eu-west-1")
TASK_KEYS = {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/task"}
FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI"
MODE = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"
PLACES = ("169.254.169.254", "169.254.170.2", "169.254.170.23", "[fd00:ec2::254]", "[fd00:ec2::23]")
# A proxy that isn't there: whoever asks it gets nothing.
PROXY = {"http_proxy": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}
ROWS = [
    ("an instance", INSTANCE, {}),
    ("not through a proxy", INSTANCE, PROXY),
    ("a container's relative path", TASK, TASK_KEYS),
    ("neither through a proxy", TASK, {**TASK_KEYS, **PROXY}),
    ("which is before a whole URL", TASK, {**TASK_KEYS, FULL: "http://127.0.0.1:9/"}),
    ("an instance by IPv6", INSTANCE, {MODE: "IPv6"}),
    ("by an older name", INSTANCE, {"AWS_IMDS_USE_IPV6": "true"}),
    ("not through a proxy, too", INSTANCE, {MODE: "IPv6", **PROXY}),
    ("a pod's address", TASK, {FULL: "http://169.254.170.23/task"}),
    ("a pod's address by IPv6", TASK, {FULL: "http://[fd00:ec2::23]/task"}),
    ("a whole URL to the same address", TASK, {FULL: "http://169.254.170.2/task"}),
]
# Debian's botocore goes through a proxy, and is too old for pods.
ALONE = {"not through a proxy", "not through a proxy, too", "a pod's address",
         "a pod's address by IPv6"}


@pytest.mark.parametrize("sentence, who, environment", ROWS)
def test_link_local(tmp_path, sentence, who, environment):
    model = Model(*(word for place in PLACES for word in ("--metadata", f"{place}:80")))
    probe = Probe()
    try:
        model.scenario(accounts=ACCOUNTS, metadata=METADATA, containers=CONTAINERS,
                       options={"check_signature": True})
        place = Workplace(tmp_path / "place", model)
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED",
                     "AWS_ENDPOINT_URL"):
            del place.environment[name]
        place.environment.update({"AWS_DEFAULT_REGION": "eu-west-1", **environment})
        place.settings(AWS={"EndpointUrl": model.endpoint})
        place.write("template.json", TEMPLATE)
        place.write("app.yaml", manifest("template.json"))
        ended = place.plan()
        assert Look(model.transcript()).who() == who, (sentence, ended.stdout + ended.stderr)
        if sentence in ALONE:
            return
        start = model.mark()
        answer = probe.ask(place.environment, endpoint=model.endpoint)
        assert Look(model.transcript(start)).who() == who, (sentence, answer)
    finally:
        probe.close()
        model.stop()

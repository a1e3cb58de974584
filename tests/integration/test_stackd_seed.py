"""The first users' two stacks, unchanged, with the parameters of seed/README.md."""
import json
import shutil

import pytest
from workplace import manifest

CLUSTER = {"KeyName": "pgarbe-key-pair-euwest1", "SubnetID": "subnet-7f885626",
           "InstanceType": "t2.micro", "DesiredCapacity": 1, "MaxSize": 1}
IAM = ["CAPABILITY_IAM"]
SERVICE_UPDATE = ["CreateStack", "CreateChangeSet", "ExecuteChangeSet"]


@pytest.fixture(name="hubot")
def fixture_hubot(shared, place):
    """The two templates as their authors wrote them, and a manifest for each."""
    for name in ("ecs-cluster", "tatsu-hubot"):
        (place.folder / "templates").mkdir(exist_ok=True)
        shutil.copy(shared / "seed" / "hubot" / f"{name}-stack.json", place.folder / "templates")
    place.write("ecs-cluster.yaml", manifest(
        "templates/ecs-cluster-stack.json", CLUSTER, kind="cluster", capabilities=IAM))
    write_service(place, 42)
    return place


def write_service(place, version):
    place.write("tatsu-hubot.yaml", manifest(
        "templates/tatsu-hubot-stack.json",
        {"SubnetID": "subnet-7f885626", "ContainerVersion": version},
        cluster="ecs-cluster", capabilities=IAM))


def test_from_nothing_to_in_sync_and_on(hubot, model, shared):
    model.scenario(options={"schedule": {"create_ms": 20, "update_ms": 20, "change_set_ms": 20}})
    hubot.once()
    cluster, service = model.live("ecs-cluster"), model.live("tatsu-hubot")
    assert (cluster["status"], service["status"]) == ("CREATE_COMPLETE", "CREATE_COMPLETE")
    assert cluster["outputs"]["ECSCluster"].startswith("ecs-cluster-ECSCluster-")
    assert service["parameters"] == {
        "SubnetID": "subnet-7f885626", "ContainerVersion": "42",
        "ECSCluster": cluster["outputs"]["ECSCluster"]}
    assert cluster["tags"] == service["tags"] == {"stackd:owner": "stackd"}
    for name in ("ecs-cluster", "tatsu-hubot"):
        sent = model.client().get_template(StackName=name)["TemplateBody"]
        expected = (shared / "seed" / "hubot" / f"{name}-stack.expected").read_text()
        assert sent == json.loads(expected)
    assert model.accepted("ecs-cluster") == model.accepted("tatsu-hubot") == ["CreateStack"]

    seen = model.mark()
    hubot.once()
    assert model.writes(seen) == []

    write_service(hubot, 43)
    seen = model.mark()
    hubot.once()
    assert model.writes(seen) == ["CreateChangeSet", "ExecuteChangeSet"]
    assert model.accepted("tatsu-hubot") == SERVICE_UPDATE
    assert model.accepted("ecs-cluster") == ["CreateStack"]
    service = model.live("tatsu-hubot")
    assert service["status"] == "UPDATE_COMPLETE"
    assert service["parameters"]["ContainerVersion"] == "43"
    assert service["parameters"]["ECSCluster"] == cluster["outputs"]["ECSCluster"]


def test_the_service_waits_until_the_cluster_is_complete(hubot, model):
    model.scenario(options={"schedule": {"create_ms": 100}})
    hubot.once()
    first, second = model.ledger()
    assert (first["stack_name"], second["stack_name"]) == ("ecs-cluster", "tatsu-hubot")
    assert second["time_ms"] >= first["end_ms"]


def test_without_its_memory_it_finds_all_in_sync(hubot, model):
    hubot.once()
    hubot.forget()
    seen = model.mark()
    hubot.once()
    assert model.writes(seen) == []

"""Parents that one can rely on: what children need does not go away under them."""
import subprocess

import pytest
from people import asked, planned, settle, stackctl, table
from workplace import CLUSTER_TEMPLATE, STACKD, UPDATE, manifest

NO_OUTPUT = CLUSTER_TEMPLATE.partition("Outputs:")[0]
OTHER_OUTPUT = NO_OUTPUT + "Outputs:\n  Extent: {Value: !Ref Size}\n"
TASK_TEMPLATE = """\
Parameters: {ECSCluster: {Type: String}}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
%s      ContainerDefinitions: [{Name: bot, Image: bot, Memory: 128}]
  Service:
    Type: AWS::ECS::Service
    Properties: {Cluster: !Ref ECSCluster, TaskDefinition: !Ref Task}
"""


@pytest.fixture(name="running")
def fixture_running(town):
    settle(town)
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    return daemon


def held(daemon, start):
    line = daemon.line("^<4>town: held: ", start)
    assert "Size" in line and "shop" in line and "two steps" in line, line
    return line


def test_an_output_that_a_child_needs(running, town, model):
    """Its removal is held, with how to do it; done so, it goes through."""
    start = len(running.lines)
    town.write("templates/cluster.yaml", OTHER_OUTPUT)
    held(running, start)
    running.status("2 stacks: 1 in sync, 1 held")
    model.rounds()
    assert "ExecuteChangeSet" not in model.accepted("town")
    town.write("templates/cluster.yaml", CLUSTER_TEMPLATE + "  Extent: {Value: !Ref Size}\n")
    running.in_sync(2)
    town.write("shop.yaml", manifest("templates/service.yaml", {
        "Version": "1", "Size": {"output": "town.Extent"}}, cluster="town"))
    model.rounds()
    running.in_sync(2)
    town.write("templates/cluster.yaml", OTHER_OUTPUT)
    model.wait(lambda: model.accepted("town").count("ExecuteChangeSet") == 2, "both steps")
    running.in_sync(2)
    assert model.live("town")["outputs"] == {"Extent": "small"}
    assert model.live("shop")["parameters"] == {"Size": "small", "Version": "1"}


def test_the_child_goes_on_meanwhile(running, town, model):
    start = len(running.lines)
    town.write("templates/cluster.yaml", NO_OUTPUT)
    held(running, start)
    town.service("2")
    model.settled("shop", ["CreateStack", *UPDATE])
    assert model.live("shop")["parameters"] == {"Size": "small", "Version": "2"}


def test_the_plan_says_so_too(town, model):
    settle(town)
    town.once()
    town.write("templates/cluster.yaml", NO_OUTPUT)
    action, reason = planned(town, "town")
    assert action == "hold" and "Size" in reason and "shop" in reason and "two steps" in reason
    assert table(town.once(status=1))["town"][0] == "hold"
    assert "ExecuteChangeSet" not in model.accepted("town")


def test_an_output_that_nobody_needs(running, town, model):
    """Goes like any other part of a template, also where a child has a value of its own."""
    town.write("shop.yaml", manifest(
        "templates/service.yaml", {"Version": "1", "Size": "own"}, cluster="town"))
    model.settled("shop", ["CreateStack", *UPDATE])
    town.write("templates/cluster.yaml", NO_OUTPUT)
    model.settled("town", ["CreateStack", *UPDATE])
    running.in_sync(2)


def test_a_person_may_insist(running, town, model):
    """Where the reason offers an approval, it is one; the child is held then, for what it lacks."""
    start = len(running.lines)
    town.write("templates/cluster.yaml", NO_OUTPUT)
    line = held(running, start)
    if "approve with" not in line:
        model.rounds()
        assert "ExecuteChangeSet" not in model.accepted("town")
        return
    _, digest = asked(running, "town", start)
    stackctl(town, "approve", "town", digest)
    model.settled("town", ["CreateStack", *UPDATE])
    running.line("shop: held: .*Size", start)
    assert model.accepted("shop") == ["CreateStack"]


def test_a_dedicated_cluster(town, model):
    """Is refused where another service uses it, too; that one goes on."""
    def shop(**keys):
        town.write("shop.yaml", manifest(
            "templates/service.yaml", {"Version": "1"}, cluster="town", **keys))

    settle(town)
    town.write("kiosk.yaml", manifest(
        "templates/service.yaml", {"Version": "1"}, cluster="town"))
    shop(dedicated=True)
    told = table(town.once(status=1))
    assert told["shop"][0] == "frozen"
    assert "shop.yaml:" in told["shop"][1] and "kiosk" in told["shop"][1]
    assert (told["kiosk"][0], model.accepted("shop")) == ("in sync", [])
    town.remove("kiosk.yaml")
    assert table(town.once())["shop"] == ("in sync", "")
    assert model.accepted("kiosk") == ["CreateStack"], "a manifest that goes leaves its stack"


@pytest.mark.parametrize("role", [True, False])
def test_a_task_without_a_role_of_its_own(town, role):
    """--check warns: all services of a cluster share the instance's rights. It is no error."""
    given = "      TaskRoleArn: arn:aws:iam::111111111111:role/bot\n" if role else ""
    town.write("templates/service.yaml", TASK_TEMPLATE % given)
    town.write("templates/cluster.yaml", CLUSTER_TEMPLATE.replace(
        "Outputs:\n  Size:", "Outputs:\n  ECSCluster:"))
    town.write("shop.yaml", manifest("templates/service.yaml", cluster="town"))
    ended = subprocess.run([str(STACKD), "--check", str(town.folder)], capture_output=True,
                           text=True, env=town.environment, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    told = [line for line in (ended.stdout + ended.stderr).splitlines() if "TaskRoleArn" in line]
    assert len(told) == (0 if role else 1)
    assert role or ("Task" in told[0] and "service.yaml:3:" in told[0])

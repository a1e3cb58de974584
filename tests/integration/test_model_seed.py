"""The first users' two stacks, as AutoStacker24 renders them, run on the model as they are."""
import json

import pytest

CLUSTER = {"KeyName": "pgarbe-key-pair-euwest1", "SubnetID": "subnet-7f885626",
           "InstanceType": "t2.micro", "DesiredCapacity": "1", "MaxSize": "1"}
IAM = ["CAPABILITY_IAM"]


def arguments(values):
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


@pytest.fixture(name="body")
def fixture_body(shared):
    def read(name):
        return (shared / "seed" / "hubot" / f"{name}-stack.expected").read_text()
    return read


def outputs(cfn, stack):
    described = cfn.describe_stacks(StackName=stack)["Stacks"][0]
    return described["StackStatus"], {
        output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}


def test_both_stacks(model, body):
    cfn = model.client()
    cfn.create_stack(StackName="ecs-cluster", TemplateBody=body("ecs-cluster"), Capabilities=IAM,
                     Parameters=arguments(CLUSTER))
    status, found = outputs(cfn, "ecs-cluster")
    assert status == "CREATE_COMPLETE"
    assert found["ECSCluster"].startswith("ecs-cluster-ECSCluster-")
    service = {"SubnetID": "subnet-7f885626", "ContainerVersion": "42",
               "ECSCluster": found["ECSCluster"]}
    cfn.create_stack(StackName="tatsu-hubot", TemplateBody=body("tatsu-hubot"), Capabilities=IAM,
                     Parameters=arguments(service))
    status, first = outputs(cfn, "tatsu-hubot")
    assert status == "CREATE_COMPLETE"
    assert set(first) == {"ecsservice", "taskdef"}

    def propose(name):
        return cfn.create_change_set(
            StackName="tatsu-hubot", ChangeSetName=name, TemplateBody=body("tatsu-hubot"),
            Capabilities=IAM, Parameters=arguments(service))["Id"]
    same = cfn.describe_change_set(ChangeSetName=propose("same"))
    assert (same["Status"], same["Changes"]) == ("FAILED", [])
    service["ContainerVersion"] = "43"
    set_id = propose("newer")
    changes = {change["ResourceChange"]["LogicalResourceId"]:
               change["ResourceChange"]["Replacement"]
               for change in cfn.describe_change_set(ChangeSetName=set_id)["Changes"]}
    assert changes == {"taskdefinition": "True", "service": "False"}
    cfn.execute_change_set(ChangeSetName=set_id)
    status, second = outputs(cfn, "tatsu-hubot")
    assert status == "UPDATE_COMPLETE"
    assert second["ecsservice"] == first["ecsservice"]
    assert second["taskdef"] != first["taskdef"]


def test_text_and_number_are_the_same(model, body):
    """"DesiredCount": "1" and 1 are one value, in any order of members: scalars are coerced."""
    cfn = model.client()
    values = {"SubnetID": "s", "ContainerVersion": "1", "ECSCluster": "c"}
    text = body("tatsu-hubot")
    cfn.create_stack(StackName="app", TemplateBody=text, Capabilities=IAM,
                     Parameters=arguments(values))
    changed = json.loads(text)
    resources = changed["Resources"]
    resources["service"]["Properties"]["DesiredCount"] = 1
    resources["taskdefinition"]["Properties"]["ContainerDefinitions"][0]["Essential"] = True
    changed["Resources"] = dict(reversed(resources.items()))
    set_id = cfn.create_change_set(
        StackName="app", ChangeSetName="cs", TemplateBody=json.dumps(changed, indent=2),
        Capabilities=IAM, Parameters=arguments(values))["Id"]
    assert cfn.describe_change_set(ChangeSetName=set_id)["StatusReason"].startswith(
        "The submitted information didn't contain changes.")

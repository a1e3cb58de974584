"""The AWS CLI works against the model as it works against AWS.

`deploy` and `wait` sleep 5 and 30 seconds between two looks, so nothing takes time here: they have
to be content with the first.
"""
import json
import pathlib
import subprocess

import pytest

AWS = "/usr/bin/aws"
TEMPLATE = """\
Parameters: {Name: {Type: String, Default: one}}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref Name}}
  Role: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
Outputs: {Arn: {Value: !Ref Topic}}
"""

pytestmark = pytest.mark.skipif(
    not pathlib.Path(AWS).exists(), reason=f"{AWS} is not installed")


@pytest.fixture(name="aws")
def fixture_aws(model):
    """Runs the CLI; gives what it printed, as JSON where it is."""
    def run(*arguments, status=0):
        ended = subprocess.run(
            [AWS, "--endpoint-url", model.endpoint, "cloudformation", *arguments],
            env=model.surroundings(AWS_PAGER="", AWS_MAX_ATTEMPTS="1"), text=True, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        assert ended.returncode == status, ended.stdout + ended.stderr
        return json.loads(ended.stdout) if ended.stdout.startswith("{") else (
            ended.stdout + ended.stderr)
    return run


@pytest.fixture(name="deploy")
def fixture_deploy(aws, tmp_path):
    path = tmp_path / "app.yaml"
    path.write_text(TEMPLATE)

    def run(*arguments, status=0):
        return aws("deploy", "--stack-name", "app", "--template-file", str(path), *arguments,
                   status=status)
    return run


def test_deploy_creates_updates_and_finds_nothing_to_do(aws, deploy, model):
    said = deploy(status=254)
    assert "Requires capabilities : [CAPABILITY_IAM]" in said
    assert "Successfully created/updated stack - app" in deploy(
        "--capabilities", "CAPABILITY_IAM", "--tags", "team=blue")
    stack = aws("describe-stacks", "--stack-name", "app")["Stacks"][0]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["Tags"] == [{"Key": "team", "Value": "blue"}]
    assert stack["Capabilities"] == ["CAPABILITY_IAM"]
    assert "Successfully created/updated stack - app" in deploy(
        "--capabilities", "CAPABILITY_IAM", "--tags", "team=blue", "--parameter-overrides",
        "Name=two")
    stack = aws("describe-stacks", "--stack-name", "app")["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert stack["Outputs"][0]["OutputValue"].endswith(":two")
    assert "No changes to deploy. Stack app is up to date" in deploy(
        "--capabilities", "CAPABILITY_IAM", "--tags", "team=blue")
    accepted = [entry["action"] for entry in model.ledger()]
    assert accepted == ["CreateChangeSet", "ExecuteChangeSet"] * 2 + ["CreateChangeSet"]


def test_deploy_tells_of_a_failure(deploy, model):
    model.scenario(resources=[{"kind": "fail-create", "resource": "Topic"}])
    said = deploy("--capabilities", "CAPABILITY_IAM", status=255)
    assert "Failed to create/update the stack" in said


def test_wait(aws, model):
    stack_id = aws("create-stack", "--stack-name", "app", "--template-body", TEMPLATE,
                   "--capabilities", "CAPABILITY_IAM")["StackId"]
    aws("wait", "stack-exists", "--stack-name", "app")
    aws("wait", "stack-create-complete", "--stack-name", "app")
    aws("update-stack", "--stack-name", "app", "--use-previous-template", "--capabilities",
        "CAPABILITY_IAM", "--parameters", "ParameterKey=Name,ParameterValue=two")
    aws("wait", "stack-update-complete", "--stack-name", "app")
    aws("create-change-set", "--stack-name", "app", "--change-set-name", "cs",
        "--use-previous-template", "--capabilities", "CAPABILITY_IAM")
    aws("wait", "change-set-create-complete", "--stack-name", "app", "--change-set-name", "cs")
    aws("delete-stack", "--stack-name", "app")
    aws("wait", "stack-delete-complete", "--stack-name", stack_id)
    assert [entry["result"] for entry in model.ledger()] == [
        "CREATE_COMPLETE", "UPDATE_COMPLETE", "CREATE_COMPLETE", "DELETE_COMPLETE"]

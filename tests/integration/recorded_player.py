"""Plays recorded cases on the model: what the recorded tests did, in few words."""
import json

import pytest

exceptions = pytest.importorskip("botocore.exceptions")

CASES = {}
ALL_CAPABILITIES = ["CAPABILITY_AUTO_EXPAND", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]


def plays(*names):
    """Marks a function that plays cases; it gives the parts to compare."""
    def mark(function):
        CASES.update((name, function) for name in names)
        return function
    return mark


def parameter(name="after", **more):
    """An AWS::SSM::Parameter."""
    return {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": name, **more}}


def template(resources, **more):
    return json.dumps({"Resources": resources, **more})


SIMPLE = template({"SimpleParam": parameter("v")})


def topic(name, **more):
    return template({"topic123": {
        "Type": "AWS::SNS::Topic", "Properties": {"TopicName": name}}}, **more)


def arguments(**values):
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


class Player:
    """A client with the habits of the recorded tests."""

    def __init__(self, model):
        self.model = model
        self.cfn = model.client()

    def refused(self, call, **fields):
        """The error as a recording has it."""
        with pytest.raises(exceptions.ClientError) as caught:
            call(**fields)
        return caught.value.response

    def said(self, call, **fields):
        with pytest.raises(exceptions.ClientError) as caught:
            call(**fields)
        return str(caught.value)

    def deploy(self, body, stack="stack", name="deploy", update=False, **fields):
        """By change set, with all capabilities. Gives the id of the change set."""
        fields.setdefault("Capabilities", ALL_CAPABILITIES)
        created = self.cfn.create_change_set(
            StackName=stack, ChangeSetName=name, TemplateBody=body,
            ChangeSetType="UPDATE" if update else "CREATE", **fields)
        self.cfn.execute_change_set(ChangeSetName=created["Id"])
        return created["Id"]

    def stack(self, name="stack"):
        return self.cfn.describe_stacks(StackName=name)["Stacks"][0]

    def events(self, name="stack"):
        return self.cfn.describe_stack_events(StackName=name)["StackEvents"]

    def propose(self, body, stack="stack", name="change-set", **fields):
        return self.cfn.create_change_set(
            StackName=stack, ChangeSetName=name, TemplateBody=body, **fields)

    def review(self, set_id):
        return self.cfn.describe_change_set(ChangeSetName=set_id)

"""Whose a stack is: what stackd takes over, and what it never touches."""
import re

import pytest
from people import planned, settle, table
from workplace import CLUSTER_TEMPLATE, UPDATE, manifest

UUID = "11111111-2222-3333-4444-555555555555"
NESTED_URL = "https://templates.s3.eu-west-1.amazonaws.com/cluster.yaml"


@pytest.fixture(name="app")
def fixture_app(place):
    """A place with a manifest for a stack, `app`, that may be there already."""
    settle(place)
    place.write("templates/cluster.yaml", CLUSTER_TEMPLATE)
    place.write("app.yaml", manifest("templates/cluster.yaml", {"Size": "small"}))
    return place


def theirs(model, stack="app", template=CLUSTER_TEMPLATE, owner=None):
    """Somebody else's stack; with another value than the manifest's."""
    tags = {"Tags.member.1.Key": "stackd:owner", "Tags.member.1.Value": owner} if owner else {}
    model.act(Action="CreateStack", StackName=stack, TemplateBody=template, **tags, **{
        "Parameters.member.1.ParameterKey": "Size", "Parameters.member.1.ParameterValue": "old"})


@pytest.mark.parametrize("adopt, owner, taken", [
    ("always", None, True), ("always", "stackd", True), ("always", "ansible", False),
    ("tagged", None, False), ("tagged", "stackd", True), ("tagged", "ansible", False),
    ("never", None, False), ("never", "ansible", False)])
def test_what_is_taken_over(app, model, adopt, owner, taken):
    settle(app, Policy={"Adopt": adopt})
    theirs(model, owner=owner)
    action, reason = planned(app, "app")
    if taken:
        assert (action, reason) == ("update", "parameter Size: old -> small")
        app.once()
        assert model.accepted("app") == ["CreateStack", *UPDATE]
        assert model.live("app")["tags"] == ({"stackd:owner": owner} if owner else {})
        return
    assert action == "hold" and ("owner" if owner else f"Adopt={adopt}") in reason, reason
    assert table(app.once(status=1))["app"] == (action, reason)
    assert model.accepted("app") == ["CreateStack"]


@pytest.mark.parametrize("adopt", ["tagged", "never"])
def test_what_we_made_is_ours(app, model, adopt):
    """Also where the memory is lost: the tag says so."""
    settle(app, Policy={"Adopt": adopt})
    app.once()
    app.forget()
    app.write("app.yaml", manifest("templates/cluster.yaml", {"Size": "large"}))
    app.once()
    assert model.accepted("app") == ["CreateStack", *UPDATE]


def test_another_owner_on_the_same_account(app, model):
    """Two daemons of two owners: each leaves the other's alone."""
    app.once()
    settle(app, Policy={"Owner": "other"})
    app.forget()
    app.write("app.yaml", manifest("templates/cluster.yaml", {"Size": "large"}))
    action, reason = table(app.once(status=1))["app"]
    assert action == "hold" and "stackd:owner=stackd" in reason
    assert model.accepted("app") == ["CreateStack"]


@pytest.mark.parametrize("stack, word", [
    (f"StackSet-base-{UUID}", "StackSet"), ("SC-111111111111-pp-abcdefghijklm", "Service Catalog")])
def test_stacks_of_other_services(app, model, stack, word):
    """Whoever made them goes on making them."""
    theirs(model, stack)
    app.write("app.yaml", manifest(
        "templates/cluster.yaml", {"Size": "small"}, **{"stack-name": stack}))
    action, reason = planned(app, "app")
    assert action == "hold" and word in reason
    app.once(status=1)
    assert model.accepted(stack) == ["CreateStack"]


def test_a_nested_stack(app, model):
    """Its parent has to be changed instead."""
    model.scenario(templates={NESTED_URL: CLUSTER_TEMPLATE})
    model.act(Action="CreateStack", StackName="outer", TemplateBody=f"""\
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties: {{TemplateURL: '{NESTED_URL}', Parameters: {{Size: old}}}}
""")
    inner = re.search(r"<StackName>(outer-Inner-\w+)</StackName>",
                      model.act(Action="DescribeStacks"))[1]
    app.write("app.yaml", manifest(
        "templates/cluster.yaml", {"Size": "small"}, **{"stack-name": inner}))
    action, reason = planned(app, "app")
    assert action == "hold" and "nested" in reason
    app.once(status=1)
    assert model.live(inner)["parameters"] == {"Size": "old"}
    assert model.accepted(inner) == []
    assert model.writes() == []

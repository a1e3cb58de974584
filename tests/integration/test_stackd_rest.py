"""The rest of a stack: tags, notifications, role, protection, policy; only where a manifest has the
key, and on their own."""
import json
import xml.etree.ElementTree as ElementTree

import pytest
from people import asked, planned, settle
from workplace import CLUSTER_TEMPLATE, UPDATE, manifest

CREATE = ["CreateStack"]
TOPICS = [f"arn:aws:sns:eu-west-1:111111111111:{name}" for name in ("harbour", "market")]
ROLE = "arn:aws:iam::111111111111:role/builder"
OWNER = {"stackd:owner": "stackd"}
POLICY = {"Statement": [{"Effect": "Deny", "Action": "Update:Replace", "Principal": "*",
                         "Resource": "*"}]}
PROTECT = "UpdateTerminationProtection"


class Rest:
    """A place with one stack, `app`, of which more than the template counts."""

    def __init__(self, place, model):
        self.place, self.model = place, model
        settle(place)
        place.write("templates/cluster.yaml", CLUSTER_TEMPLATE)

    def write(self, size="small", **keys):
        keys = {name.replace("_", "-"): value for name, value in keys.items()}
        self.place.write("app.yaml", manifest("templates/cluster.yaml", {"Size": size}, **keys))

    def policy(self, text, path="policy.json"):
        self.place.write(path, text)
        return {"stack-policy-file-path": path}

    def live(self):
        """What DescribeStacks and GetStackPolicy show of the rest."""
        found = ElementTree.fromstring(
            self.model.act(Action="DescribeStacks", StackName="app")).find(".//{*}Stacks/{*}member")
        policy = ElementTree.fromstring(
            self.model.act(Action="GetStackPolicy", StackName="app")).findtext(
                ".//{*}StackPolicyBody")
        return {
            "tags": self.model.live("app")["tags"],
            "topics": [topic.text for topic in found.findall("{*}NotificationARNs/{*}member")],
            "role": found.findtext("{*}RoleARN"),
            "protected": found.findtext("{*}EnableTerminationProtection") == "true",
            "policy": policy}

    def theirs(self, template=CLUSTER_TEMPLATE):
        """A stack that has everything, which somebody else made."""
        self.model.act(
            Action="CreateStack", StackName="app", TemplateBody=template, RoleARN=ROLE,
            EnableTerminationProtection="true", StackPolicyBody=json.dumps(POLICY), **{
                "Tags.member.1.Key": "team", "Tags.member.1.Value": "harbour",
                "NotificationARNs.member.1": TOPICS[0]})

    def quiet(self, seen):
        self.model.rounds()
        assert self.model.writes(seen) == []


@pytest.fixture(name="rest")
def fixture_rest(place, model):
    return Rest(place, model)


def test_three_lines_leave_the_rest_alone(rest, model):
    """Neither when the stack is taken over, nor when it is updated."""
    rest.theirs()
    was = rest.live()
    assert all(was.values())
    rest.place.write("app.yaml", "template-file-path: templates/cluster.yaml\n")
    assert planned(rest.place, "app") == ("in sync", "")
    daemon = rest.place.daemon().ready()
    daemon.in_sync(1)
    rest.quiet(0)
    rest.place.write("app.yaml", "template-file-path: templates/cluster.yaml\n"
                                 "parameters:\n  Size: large\n")
    model.settled("app", [*CREATE, *UPDATE])
    daemon.in_sync(1)
    assert rest.live() == was
    assert not [line for line in model.sent() if line["action"] == "GetStackPolicy"], \
        "what no manifest mentions is not asked for"


def test_another_template_by_mistake(rest, model):
    """Somebody's manifest names a stack that is quite another thing."""
    rest.theirs("Parameters: {Size: {Type: String, Default: a}}\nResources:\n"
                "  Queue: {Type: AWS::SQS::Queue}\n  Home: {Type: AWS::ECS::Cluster}\n")
    rest.write()
    reason, _ = asked(rest.place.daemon().ready(), "app")
    assert "would remove Queue (AWS::SQS::Queue)" in reason
    assert "would remove Home (AWS::ECS::Cluster)" in reason
    model.rounds()
    assert "ExecuteChangeSet" not in model.accepted("app")


def test_everything_is_set_at_the_creation(rest, model):
    """Protection after it, and the policy: neither is a change set."""
    keys = {"tags": {"team": "harbour"}, "notification_arns": TOPICS, "role_arn": ROLE,
            "termination_protection": True, **rest.policy(json.dumps(POLICY))}
    rest.write(**keys)
    rest.place.once()
    live = rest.live()
    assert json.loads(live.pop("policy")) == POLICY
    assert live == {"tags": {"team": "harbour", **OWNER}, "topics": TOPICS, "role": ROLE,
                    "protected": True}
    accepted = model.accepted("app")
    assert accepted[0] == "CreateStack"
    assert sorted(accepted[1:]) == ["SetStackPolicy", PROTECT]
    seen = model.mark()
    rest.place.once()
    assert model.writes(seen) == []


@pytest.mark.parametrize("before, after, reason, live", [
    ({"tags": {"team": "a"}}, {"tags": {"team": "b", "floor": "1"}}, "tag team: a -> b",
     {"tags": {"team": "b", "floor": "1", **OWNER}}),
    ({"tags": {"team": "a"}}, {"tags": {}}, "tag team: a -> none", {"tags": OWNER}),
    ({"notification_arns": TOPICS[:1]}, {"notification_arns": TOPICS}, "notification-arns: ",
     {"topics": TOPICS}),
    ({"notification_arns": TOPICS}, {"notification_arns": []}, "notification-arns: ",
     {"topics": []}),
    ({}, {"role_arn": ROLE}, "role-arn: ", {"role": ROLE}),
])
def test_what_a_change_set_carries(rest, model, before, after, reason, live):
    """Without a resource that changes it is an update all the same; a key that goes changes
    nothing."""
    rest.write(**before)
    daemon = rest.place.daemon().ready()
    daemon.in_sync(1)
    rest.write(**after)
    model.settled("app", [*CREATE, *UPDATE])
    daemon.line(f"app: .*{reason}")
    daemon.in_sync(1)
    assert {name: rest.live()[name] for name in live} == live
    seen = model.mark()
    rest.write()
    rest.quiet(seen)
    daemon.in_sync(1)
    rest.write("large")
    model.settled("app", [*CREATE, *UPDATE, *UPDATE])
    assert {name: rest.live()[name] for name in live} == live


def test_the_order_of_notifications_does_not_count(rest, model):
    rest.write(notification_arns=TOPICS)
    daemon = rest.place.daemon().ready()
    daemon.in_sync(1)
    seen = model.mark()
    rest.write(notification_arns=TOPICS[::-1])
    rest.quiet(seen)
    daemon.in_sync(1)


def test_foreign_tags_are_set_right(rest, model):
    rest.write(tags={"team": "harbour"})
    daemon = rest.place.daemon().ready()
    daemon.in_sync(1)
    model.act(Action="UpdateStack", StackName="app", UsePreviousTemplate="true", **{
        "Parameters.member.1.ParameterKey": "Size", "Parameters.member.1.UsePreviousValue": "true",
        "Tags.member.1.Key": "team", "Tags.member.1.Value": "market"})
    model.settled("app", [*CREATE, "UpdateStack", *UPDATE])
    daemon.in_sync(1)
    assert rest.live()["tags"]["team"] == "harbour"


def test_protection_comes_and_goes_with_its_key(rest, model):
    rest.write(termination_protection=True)
    daemon = rest.place.daemon().ready()
    model.settled("app", [*CREATE, PROTECT])
    daemon.in_sync(1)
    rest.write()  # an absent key means: leave it
    rest.quiet(model.mark())
    rest.write(termination_protection=False)
    model.settled("app", [*CREATE, PROTECT, PROTECT])
    daemon.in_sync(1)
    assert not rest.live()["protected"]


def test_protection_that_somebody_switches_off(rest, model):
    """Is told in the plan, and set right."""
    rest.write(termination_protection=True)
    rest.place.once()
    model.act(Action=PROTECT, StackName="app", EnableTerminationProtection="false")
    action, reason = planned(rest.place, "app")
    assert (action, reason) == ("update", "termination protection: off -> on")
    daemon = rest.place.daemon().ready()
    model.settled("app", [*CREATE, PROTECT, PROTECT, PROTECT])
    daemon.in_sync(1)
    assert rest.live()["protected"]


@pytest.mark.parametrize("apply", ["approve", "never"])
def test_the_rest_is_asked_about_like_all_else(rest, model, apply):
    rest.write()
    daemon = rest.place.daemon().ready()
    daemon.in_sync(1)
    seen = model.mark()
    rest.write(termination_protection=True, apply=apply)
    daemon.line("app: held: .*termination protection: off -> on")
    rest.quiet(seen)


def test_a_policy_is_compared_by_its_meaning(rest, model):
    keys = rest.policy(json.dumps(POLICY))
    rest.write(**keys)
    daemon = rest.place.daemon().ready()
    model.settled("app", [*CREATE, "SetStackPolicy"])
    daemon.in_sync(1)
    seen = model.mark()
    rest.policy(json.dumps(POLICY, indent=4, sort_keys=True))
    rest.quiet(seen)
    other = {"Statement": [{**POLICY["Statement"][0], "Action": "Update:*"}]}
    rest.policy(json.dumps(other))
    model.settled("app", [*CREATE, "SetStackPolicy", "SetStackPolicy"])
    daemon.in_sync(1)
    assert json.loads(rest.live()["policy"]) == other


def test_a_policy_beside_a_template_that_changes(rest, model):
    """Both in one edit: each is done, once."""
    rest.write()
    daemon = rest.place.daemon().ready()
    daemon.in_sync(1)
    rest.write("large", termination_protection=True, **rest.policy(json.dumps(POLICY)))
    model.wait(lambda: len(model.accepted("app")) == 5, "an update, protection and a policy")
    daemon.in_sync(1)
    assert sorted(model.accepted("app")[1:]) == sorted([*UPDATE, "SetStackPolicy", PROTECT])
    live = rest.live()
    assert live["protected"] and json.loads(live["policy"]) == POLICY


@pytest.mark.parametrize("action, keys", [
    (PROTECT, {"termination-protection": True}),
    ("SetStackPolicy", {"stack-policy-file-path": "templates/policy.json"})])
def test_children_do_not_wait_for_it(town, model, action, keys):
    """Not even where it may not be done: that is said, with the permission that is missing."""
    settle(town)
    town.write("templates/policy.json", json.dumps(POLICY))
    town.write("town.yaml", manifest(
        "templates/cluster.yaml", {"Size": "small"}, kind="cluster", **keys))
    model.scenario(faults=[{"kind": "denied", "action": action, "count": 0}])
    daemon = town.daemon().ready()
    model.settled("shop", CREATE)
    daemon.line(f"town: .*cloudformation:{action}")
    assert model.live("town")["status"] == "CREATE_COMPLETE"
    model.scenario(clear=True)
    daemon.in_sync(2)
    assert model.accepted("town") == [*CREATE, action]


SSM_TEMPLATE = """\
Parameters:
  Image: {Type: "AWS::SSM::Parameter::Value<String>"}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Ref Image}
"""


@pytest.mark.parametrize("follow", [True, False])
def test_a_value_behind_a_parameter(rest, model, follow):
    """At once with follow-ssm, which asks each time; else it goes along with the next change."""
    def write(**tags):
        keys = {"follow-ssm": True} if follow else {}
        rest.place.write("app.yaml", manifest(
            "templates/ssm.yaml", {"Image": "/images/newest"}, tags=tags, **keys))

    model.scenario(ssm={"/images/newest": "ami-1"})
    rest.place.write("templates/ssm.yaml", SSM_TEMPLATE)
    write()
    rest.place.once()
    model.scenario(ssm={"/images/newest": "ami-2"})
    rest.place.once()
    assert model.accepted("app").count("ExecuteChangeSet") == follow
    if not follow:
        write(team="harbour")
        rest.place.once()
        assert model.accepted("app").count("ExecuteChangeSet") == 1
    seen = model.mark()
    rest.place.once()
    assert model.writes(seen) == (["CreateChangeSet", "DeleteChangeSet"] if follow else [])
    assert model.change_sets("app") == []

"""What would be lost is asked about first: replaced and removed resources, in every room."""
import pytest
from people import asked, digest_of, planned, settle, stackctl, table
from workplace import CLUSTER_TEMPLATE, SERVICE_TEMPLATE, UPDATE, manifest

HELD = ["CreateStack", "CreateChangeSet"]
REPLACED = "would replace Table (AWS::DynamoDB::Table)"
NESTED_URL = "https://templates.s3.eu-west-1.amazonaws.com/network.yaml"
KEPT = "    DeletionPolicy: Retain\n    UpdateReplacePolicy: Retain\n"
OUTER_TEMPLATE = f"""\
Parameters:
  Key: {{Type: String, Default: id}}
Resources:
  Network:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: {NESTED_URL}
      Parameters: {{Key: !Ref Key}}
"""


def table_template(key="!Ref Key", more_attributes="", kept="", topics=""):
    return f"""\
Parameters:
  Key: {{Type: String, Default: id}}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
{kept}    Properties:
      AttributeDefinitions: [{{AttributeName: !Ref Key, AttributeType: S}}{more_attributes}]
      KeySchema: [{{AttributeName: {key}, KeyType: HASH}}]
  Topic:
    Type: AWS::SNS::Topic
    Properties: {{DisplayName: !Ref Key}}
{topics}"""


def topics(name):
    return "".join(f"  Topic{number}: {{Type: AWS::SNS::Topic, Properties: "
                   f"{{DisplayName: {name}}}}}\n" for number in range(5))


class Shelf:
    """A place with one stack, `app`, whose table is going to be lost in one way or another."""

    def __init__(self, place, model):
        self.place, self.model = place, model
        settle(place)

    def write(self, template=None, key="id", **keys):
        if template:
            self.place.write("templates/app.yaml", template)
        self.place.write("app.yaml", manifest("templates/app.yaml", {"Key": key}, **keys))

    def start(self, template=None, **keys):
        """A daemon with the stack in sync."""
        self.write(template or table_template(), **keys)
        daemon = self.place.daemon().ready()
        daemon.in_sync(1)
        return daemon

    def approve(self, digest, status=0):
        return stackctl(self.place, "approve", "app", digest, status=status)

    def quiet(self, done):
        """So far only this was done, and nothing more is."""
        seen = self.model.mark()
        self.model.rounds()
        assert self.model.writes(seen) == []
        assert self.model.accepted("app") == done


@pytest.fixture(name="shelf")
def fixture_shelf(place, model):
    return Shelf(place, model)


def test_a_replaced_table_is_asked_about(shelf, model):
    """Another digest does nothing, this one runs, and runs once."""
    daemon = shelf.start()
    shelf.write(key="name")
    reason, digest = asked(daemon, "app")
    assert reason == REPLACED
    shelf.quiet(HELD)
    wrong = "0" * 12 if digest != "0" * 12 else "1" * 12
    shelf.approve(wrong, status=1)
    shelf.quiet(HELD)
    shelf.approve(digest)
    daemon.in_sync(1)
    assert model.accepted("app") == [*HELD, "ExecuteChangeSet"]
    start = len(daemon.lines)
    shelf.write(key="id")
    reason, again = asked(daemon, "app", start)
    assert (reason, again == digest) == (REPLACED, False)
    shelf.approve(digest, status=1)
    shelf.quiet([*HELD, "ExecuteChangeSet", "CreateChangeSet"])
    assert len(model.change_sets("app")) == 1


def test_all_say_the_same(shelf, model):
    """The daemon, --once and --plan; held it stays across restarts, also those of kill -9."""
    shelf.start().stop()
    shelf.write(key="name")
    action, reason = table(shelf.place.once(status=1))["app"]
    digest = digest_of(reason, "app")
    assert (action, reason.partition(";")[0]) == ("hold", REPLACED)
    ended = shelf.place.plan()
    assert (ended.returncode, table(ended)["app"]) == (2, ("hold", reason))
    for _ in range(2):
        daemon = shelf.place.daemon().ready()
        assert asked(daemon, "app") == (REPLACED, digest)
        shelf.quiet(HELD)
        daemon.process.kill()
        daemon.process.wait()
    daemon = shelf.place.daemon().ready()
    daemon.line("app: held: ")
    shelf.approve(digest)
    daemon.in_sync(1)
    assert model.accepted("app") == [*HELD, "ExecuteChangeSet"]
    assert model.change_sets("app") == []


def test_with_the_memory_lost_it_is_asked_again(shelf, model):
    daemon = shelf.start()
    shelf.write(key="name")
    asked(daemon, "app")
    daemon.process.kill()
    daemon.process.wait()
    shelf.place.forget()
    daemon = shelf.place.daemon().ready()
    _, digest = asked(daemon, "app")
    assert len(model.change_sets("app")) == 1
    assert "ExecuteChangeSet" not in model.accepted("app")
    shelf.approve(digest)
    daemon.in_sync(1)
    assert model.change_sets("app") == []


@pytest.mark.parametrize("who", ["we", "they"])
def test_what_happens_in_between_voids_it(shelf, model, who):
    """An edit, or somebody else's update."""
    daemon = shelf.start()
    shelf.write(key="name")
    _, digest = asked(daemon, "app")
    start = len(daemon.lines)
    if who == "we":
        shelf.write(key="surname")
    else:
        model.act(Action="UpdateStack", StackName="app", UsePreviousTemplate="true", **{
            "Parameters.member.1.ParameterKey": "Key",
            "Parameters.member.1.UsePreviousValue": "true",
            "Tags.member.1.Key": "team", "Tags.member.1.Value": "harbour"})
    _, other = asked(daemon, "app", start)
    assert other != digest
    shelf.approve(digest, status=1)
    model.rounds()
    assert "ExecuteChangeSet" not in model.accepted("app")
    shelf.approve(other)
    daemon.in_sync(1)
    assert model.accepted("app").count("ExecuteChangeSet") == 1
    assert model.change_sets("app") == []


def test_an_edit_back_needs_no_approval(shelf, model):
    daemon = shelf.start()
    shelf.write(key="name")
    asked(daemon, "app")
    shelf.write(key="id")
    daemon.in_sync(1)
    assert "ExecuteChangeSet" not in model.accepted("app")
    model.wait(lambda: model.change_sets("app") == [], "no change set is left")


@pytest.mark.parametrize("template, reason", [
    (table_template(more_attributes=", {AttributeName: more, AttributeType: S}"),
     "may replace Table (AWS::DynamoDB::Table)"),
    (CLUSTER_TEMPLATE.replace("Size:", "Key:").replace("!Ref Size", "!Ref Key"),
     "would remove Table (AWS::DynamoDB::Table)"),
])
def test_removed_and_perhaps_replaced(shelf, template, reason):
    daemon = shelf.start()
    shelf.write(template)
    assert asked(daemon, "app")[0] == reason


@pytest.mark.parametrize("lost", ["replaced", "removed"])
def test_what_is_kept_is_told_and_not_asked_about(shelf, model, lost):
    template = table_template(kept=KEPT)
    daemon = shelf.start(template)
    start = len(daemon.lines)
    if lost == "replaced":
        shelf.write(key="name")
    else:
        shelf.write(CLUSTER_TEMPLATE.replace("Size:", "Key:").replace("!Ref Size", "!Ref Key"))
    model.settled("app", ["CreateStack", *UPDATE])
    daemon.in_sync(1)
    daemon.line("app: .*Table.*(kept|Retain)", start)


def test_every_page_is_read(shelf, model):
    """What would be lost stands on the last of many."""
    model.scenario(options={"pages": {"changes": 1}})
    daemon = shelf.start(table_template(topics=topics("before")))
    shelf.write(table_template(topics=topics("after")), key="name")
    assert asked(daemon, "app")[0] == REPLACED
    read = [line for line in model.sent() if line["action"] == "DescribeChangeSet"]
    assert len({line["fields"].get("NextToken") for line in read}) >= 7


@pytest.mark.parametrize("guard, held", [("none", False), ("all", True), ("stateful", False)])
def test_a_replaced_topic(shelf, model, guard, held):
    """It holds nothing; `all` asks about it all the same, and `none` about no table either."""
    template = "Parameters: {Key: {Type: String}}\nResources:\n  Topic:\n" \
               "    Type: AWS::SNS::Topic\n    Properties: {TopicName: !Ref Key}\n"
    daemon = shelf.start(template, guard=guard)
    shelf.write(key="name", guard=guard)
    if held:
        assert asked(daemon, "app")[0] == "would replace Topic (AWS::SNS::Topic)"
        return
    model.settled("app", ["CreateStack", *UPDATE])
    daemon.in_sync(1)


def test_nobody_is_asked_without_a_guard(shelf, model):
    settle(shelf.place, Policy={"Guard": "none"})
    daemon = shelf.start()
    shelf.write(key="name")
    model.settled("app", ["CreateStack", *UPDATE])
    daemon.in_sync(1)


def test_in_a_stack_of_others_everything_is_asked_about(shelf, model):
    """Until an update of ours has completed: by then people know what they have taken over."""
    template = "Parameters: {Key: {Type: String}, Text: {Type: String, Default: a}}\n" \
               "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n" \
               "    Properties: {TopicName: !Ref Key, DisplayName: !Ref Text}\n"
    model.act(Action="CreateStack", StackName="app", TemplateBody=template, **{
        "Parameters.member.1.ParameterKey": "Key", "Parameters.member.1.ParameterValue": "theirs"})
    shelf.write(template, key="ours")
    daemon = shelf.place.daemon().ready()
    assert asked(daemon, "app")[0] == "would replace Topic (AWS::SNS::Topic)"
    shelf.write(template.replace("Default: a", "Default: b"), key="theirs")
    daemon.in_sync(1)
    shelf.write(key="ours")
    daemon.line("app: .*parameter Key: theirs -> ours")
    model.wait(lambda: model.accepted("app").count("ExecuteChangeSet") == 2, "two updates")
    daemon.in_sync(1)


def test_what_others_use_is_asked_about(shelf, place):
    """With the advice how to do it in two steps."""
    cluster = "Parameters: {Name: {Type: String}}\nResources:\n  Topic:\n" \
              "    Type: AWS::SNS::Topic\n    Properties: {TopicName: !Ref Name}\n" \
              "Outputs:\n  Size: {Value: !GetAtt Topic.TopicName}\n"
    place.write("templates/cluster.yaml", cluster)
    place.write("templates/service.yaml", SERVICE_TEMPLATE)
    place.write("app.yaml", manifest("templates/cluster.yaml", {"Name": "a"}, kind="cluster"))
    place.write("shop.yaml", manifest("templates/service.yaml", {"Version": "1"}, cluster="app"))
    daemon = place.daemon().ready()
    daemon.in_sync(2)
    place.write("app.yaml", manifest("templates/cluster.yaml", {"Name": "b"}, kind="cluster"))
    reason, _ = asked(daemon, "app")
    assert reason.startswith("would replace Topic (AWS::SNS::Topic)")
    assert "Size" in reason and "shop" in reason and "two steps" in reason
    shelf.quiet(HELD)


@pytest.fixture(name="nested")
def fixture_nested(shelf, model):
    model.scenario(templates={NESTED_URL: table_template()})
    return shelf


def test_a_table_in_a_nested_stack(nested, model):
    daemon = nested.start(OUTER_TEMPLATE)
    nested.write(key="name")
    reason, digest = asked(daemon, "app")
    assert "would replace Network.Table (AWS::DynamoDB::Table)" in reason
    nested.quiet(HELD)
    nested.approve(digest)
    daemon.in_sync(1)
    assert model.accepted("app") == [*HELD, "ExecuteChangeSet"]


def test_a_nested_stack_that_cannot_be_read(nested, model):
    daemon = nested.start(OUTER_TEMPLATE)
    model.scenario(faults=[
        {"kind": "denied", "action": "DescribeChangeSet", "stack": "app/Network", "count": 0}])
    nested.write(key="name")
    assert "Network" in asked(daemon, "app")[0]
    assert "ExecuteChangeSet" not in model.accepted("app")


@pytest.mark.parametrize("gone, body", [
    ("Network (AWS::CloudFormation::Stack)",
     "  Network:\n    Type: AWS::CloudFormation::Stack\n"
     f"    Properties: {{TemplateURL: '{NESTED_URL}'}}\n"),
    ("Helper (Custom::Helper)",
     "  Helper:\n    Type: Custom::Helper\n    Properties:\n"
     "      ServiceToken: arn:aws:lambda:eu-west-1:111111111111:function:helper\n"),
])
def test_removals_of_which_nobody_knows_what_is_behind(nested, gone, body):
    plain = "Parameters: {Key: {Type: String}}\nResources:\n  Topic: {Type: AWS::SNS::Topic}\n"
    daemon = nested.start(plain + body)
    nested.write(plain)
    assert f"would remove {gone}" in asked(daemon, "app")[0]


def test_the_plan_makes_no_change_set(shelf, model):
    """So it can't know what only a change set can tell."""
    shelf.start().stop()
    shelf.write(key="name")
    assert planned(shelf.place, "app")[0] in ("update", "unknown")
    assert model.accepted("app") == ["CreateStack"]

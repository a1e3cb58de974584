"""Stacks in all kinds of places: parents of every kind, what others do to them, what goes wrong."""
import json

import pytest
from workplace import CLUSTER_TEMPLATE, SECRET_TEMPLATE, UPDATE, manifest

TOPIC = "arn:aws:sns:eu-west-1:111111111111:harbour"


def somebody_creates(model, stack, **more):
    model.act(Action="CreateStack", StackName=stack, TemplateBody=CLUSTER_TEMPLATE, **more)


def service(place, name, **keys):
    parameters = {"Version": "1", **keys.pop("parameters", {})}
    place.write(f"{name}.yaml", manifest("templates/service.yaml", parameters, **keys))


def test_parents_that_nobody_manages(town, model):
    """Followed as they are; when one changes, its children are planned again at once."""
    somebody_creates(model, "base")
    town.remove("town.yaml")
    town.remove("shop.yaml")
    service(town, "kiosk", parents=["base"])
    service(town, "stall", parameters={"Size": {"output": "base.Size"}})
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    assert model.accepted("base") == ["CreateStack"]
    model.meddle("base", Size="vast")
    for stack in ("kiosk", "stall"):
        model.settled(stack, ["CreateStack", *UPDATE])
        assert model.live(stack)["parameters"]["Size"] == "vast"
    daemon.in_sync(2)


def test_the_first_parent_that_has_the_output_wins(town, model):
    town.write("other.yaml", manifest("templates/cluster.yaml", {"Size": "other"}))
    service(town, "kiosk", cluster="town", parents=["other"])
    service(town, "stall", parents=["other", "town"])
    service(town, "booth", cluster="town", parameters={"Size": "own"})
    town.once()
    assert {stack: model.live(stack)["parameters"]["Size"] for stack in (
        "kiosk", "stall", "booth")} == {"kiosk": "small", "stall": "other", "booth": "own"}


def test_an_order_without_outputs(town, model):
    """depends-on takes no outputs; a chain is created link by link."""
    names = ["d", "a", "c", "b"]
    for name, before in zip(names, [None, *names]):
        keys = {"depends-on": [before]} if before else {}
        town.write(f"{name}.yaml", manifest("templates/cluster.yaml", **keys))
    model.scenario(options={"schedule": {"create_ms": 30}})
    town.once()
    entries = [entry for entry in model.ledger() if entry["stack_name"] in names]
    assert [entry["stack_name"] for entry in entries] == names
    for first, second in zip(entries, entries[1:]):
        assert second["time_ms"] >= first["end_ms"]


def test_a_missing_output_holds_the_child_and_is_named(town, model):
    service(town, "kiosk", parameters={"Size": {"output": "town.Colour"}})
    ended = town.once(status=1)
    line = next(line for line in ended.stdout.splitlines() if "kiosk" in line)
    assert "Colour" in line and "town" in line
    assert model.accepted("shop") == ["CreateStack"]
    assert model.accepted("kiosk") == []


def test_a_circle_and_the_stacks_outside(town, model):
    town.write("hen.yaml", manifest("templates/cluster.yaml", parents=["egg"]))
    town.write("egg.yaml", manifest("templates/cluster.yaml", parents=["hen"]))
    ended = town.once(status=1)
    for name in ("hen", "egg"):
        line = next(line for line in ended.stdout.splitlines() if f" {name} " in line)
        assert "frozen" in line and "hen" in line and "egg" in line
    assert {entry["stack_name"] for entry in model.ledger()} == {"town", "shop"}


def test_a_failed_update_of_the_parent_does_not_lock_out_its_children(town, model):
    town.settings(Reconcile={"MaxAttempts": "1"})
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    model.scenario(resources=[{"kind": "fail-update", "stack": "town", "resource": "Topic",
                               "reason": "no room", "count": 0}])
    town.cluster("large")
    daemon.status("2 stacks: 1 in sync, 1 held")
    town.service("2")
    model.settled("shop", ["CreateStack", *UPDATE])
    assert model.live("shop")["parameters"] == {"Size": "small", "Version": "2"}


@pytest.mark.parametrize("keeps", [True, False])
def test_a_stack_that_was_there_before(town, model, keeps):
    """It is taken over: updated where it differs, without a tag or anything else of ours. What a
    change set would drop is carried along."""
    model.scenario(options={"change_set_keeps_tags": keeps})
    somebody_creates(model, "town", **{
        "NotificationARNs.member.1": TOPIC,
        "Tags.member.1.Key": "team", "Tags.member.1.Value": "harbour",
        "Parameters.member.1.ParameterKey": "Size", "Parameters.member.1.ParameterValue": "old"})
    town.once()
    assert model.accepted("town") == ["CreateStack", *UPDATE]
    assert model.live("town")["tags"] == {"team": "harbour"}
    assert f"<member>{TOPIC}</member>" in model.act(Action="DescribeStacks", StackName="town")
    assert model.live("town")["parameters"] == {"Size": "small"}


def test_a_stack_that_somebody_deletes(town, model):
    """Is reported, and created again after RevertDelay."""
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    start = len(daemon.lines)
    model.act(Action="DeleteStack", StackName="shop")
    deleted_ms = model.ledger()[-1]["time_ms"]
    daemon.line("^<4>shop: somebody else deleted it", start)
    model.settled("shop", ["CreateStack", "DeleteStack", "CreateStack"])
    assert model.ledger()[-1]["time_ms"] - deleted_ms >= 300
    daemon.in_sync(2)


def test_a_stack_that_somebody_deletes_while_it_is_created(town, model):
    """There is nothing left to follow: it is told, and created again."""
    model.scenario(options={"schedule": {"create_ms": 200}})
    daemon = town.daemon().ready()
    model.wait(lambda: model.accepted("town"), "a create")
    daemon.line("town: CREATE_IN_PROGRESS")
    model.act(Action="DeleteStack", StackName="town")
    daemon.line("^<3>town: .*somebody else deleted")
    daemon.in_sync(2)
    assert model.accepted("town") == ["CreateStack", "DeleteStack", "CreateStack"]


def test_an_operation_of_somebody_else_is_followed(town, model):
    """What is refused because of it is not repeated before its end; then all is planned anew."""
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    model.scenario(options={"schedule": {"update_ms": 300}})
    model.meddle("shop", Version="9")
    town.service("2")
    model.settled("shop", ["CreateStack", "UpdateStack", *UPDATE])
    theirs, ours = model.ledger()[-3:-1]
    assert ours["time_ms"] >= theirs["end_ms"]
    daemon.in_sync(2)
    assert model.live("shop")["parameters"]["Version"] == "2"
    assert sum(line["status"] == 400 for line in model.sent()
               if line["action"] == "CreateChangeSet") <= 1


def test_an_edit_while_an_update_runs(town, model):
    """The newest one counts; one operation after the other."""
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    model.scenario(options={"schedule": {"update_ms": 200}})
    town.service("2")
    model.wait(lambda: "ExecuteChangeSet" in model.accepted("shop"), "an update")
    town.service("3")
    town.service("4")
    model.settled("shop", ["CreateStack", *UPDATE, *UPDATE])
    daemon.in_sync(2)
    assert model.live("shop")["parameters"]["Version"] == "4"


def test_the_third_revert_in_a_day_is_not_made(town, model):
    town.settings(Reconcile={"RevertDelay": "20ms"})
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    done = ["CreateStack"]
    for version in ("7", "8"):
        start = len(daemon.lines)
        model.meddle("shop", Version=version)
        done += ["UpdateStack", *UPDATE]
        model.settled("shop", done)
        daemon.line("shop: updated", start)
        model.rounds()
    model.meddle("shop", Version="9")
    daemon.status("2 stacks: 1 in sync, 1 held")
    model.rounds()
    assert model.accepted("shop") == [*done, "UpdateStack"]
    town.service("2")  # our own edit never waits
    model.settled("shop", [*done, "UpdateStack", *UPDATE])


@pytest.mark.parametrize("status, stack", [
    ("REVIEW_IN_PROGRESS", "review"), ("ROLLBACK_COMPLETE", "rolled-back"),
    ("DELETE_FAILED", "stuck")])
def test_somebody_elses_wreck_is_held(town, model, status, stack):
    """It is left as it is, with its status as the reason; the others go on."""
    if status == "REVIEW_IN_PROGRESS":
        model.act(Action="CreateChangeSet", StackName=stack, ChangeSetName="theirs",
                  ChangeSetType="CREATE", TemplateBody=CLUSTER_TEMPLATE)
    else:
        kind = "fail-create" if status == "ROLLBACK_COMPLETE" else "fail-delete"
        model.scenario(resources=[{"kind": kind, "stack": stack, "count": 0}])
        somebody_creates(model, stack)
        if status == "DELETE_FAILED":
            model.act(Action="DeleteStack", StackName=stack)
    assert model.live(stack)["status"] == status
    theirs = model.accepted(stack)
    town.write(f"{stack}.yaml", manifest("templates/cluster.yaml"))
    ended = town.once(status=1)
    line = next(line for line in ended.stdout.splitlines() if f" {stack} " in line)
    assert line.split()[0] == "hold" and status in line
    assert model.accepted(stack) == theirs
    assert model.accepted("shop") == ["CreateStack"]


def test_suspended_it_is_only_watched(town, model):
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    service(town, "shop", cluster="town", suspend="stocktaking", parameters={"Version": "2"})
    daemon.status("2 stacks: 1 in sync, 1 held")
    daemon.line("shop: .*stocktaking")
    model.rounds()
    assert model.accepted("shop") == ["CreateStack"]
    town.service("2")
    model.settled("shop", ["CreateStack", *UPDATE])
    daemon.in_sync(2)


def test_so_many_at_a_time(place, model):
    place.settings(Reconcile={"MaxConcurrent": "2"})
    place.write("templates/cluster.yaml", CLUSTER_TEMPLATE)
    for number in range(6):
        place.write(f"stack-{number}.yaml", manifest("templates/cluster.yaml"))
    model.scenario(options={"schedule": {"create_ms": 30}})
    place.once()
    entries = model.ledger()
    assert len(entries) == 6
    for entry in entries:
        running = [other for other in entries
                   if other["time_ms"] <= entry["time_ms"] < other["end_ms"]]
        assert len(running) <= 2


def test_a_credential_of_the_service(place, model):
    folder = place.home / "credentials"
    folder.mkdir()
    (folder / "word").write_text("plumage-of-gold\n")
    place.environment["CREDENTIALS_DIRECTORY"] = str(folder)
    place.secrets.append("plumage-of-gold")
    place.write("templates/values.yaml", SECRET_TEMPLATE)
    place.write("values.yaml", manifest("templates/values.yaml", {"Word": {"credential": "word"}}))
    place.plan()
    place.once()
    assert model.ledger()[0]["parameters"]["Word"].startswith("plumage-of-gold")
    place.once()
    assert model.accepted("values") == ["CreateStack"]


def test_templates_inside_manifests(place, model):
    """As text, sent as it is; as a map, sent as JSON."""
    body = "# a comment\n" + CLUSTER_TEMPLATE
    indented = "".join(f"  {line}\n" for line in body.splitlines())
    place.write("text.yaml", f"template: |\n{indented}")
    place.write("map.yaml", f"template:\n{indented}parameters: {{Size: 042}}\n")
    place.once()
    cfn = model.client()
    assert cfn.get_template(StackName="text")["TemplateBody"] == body
    sent = cfn.get_template(StackName="map")["TemplateBody"]
    assert sent["Resources"]["Topic"]["Properties"] == {"DisplayName": {"Ref": "Size"}}
    assert model.live("map")["parameters"] == {"Size": "042"}


def test_a_long_template_is_stripped_of_blanks(place, model):
    """JSON that fits only without white space; and one that does not fit at all is an error."""
    template = {"Resources": {f"Topic{number}": {"Type": "AWS::SNS::Topic"}
                              for number in range(400)}}
    assert len(json.dumps(template, indent=20)) > 51200
    place.write("templates/long.json", json.dumps(template, indent=20))
    place.write("long.yaml", manifest("templates/long.json"))
    template["Metadata"] = {"note": "n" * 40000}
    place.write("templates/longer.json", json.dumps(template, indent=20))
    place.write("longer.yaml", manifest("templates/longer.json"))
    ended = place.once(status=1)
    line = next(line for line in ended.stdout.splitlines() if " longer " in line)
    assert "frozen" in line and "51200" in line.replace(",", "").replace(" ", "")
    assert model.accepted("long") == ["CreateStack"]
    assert model.accepted("longer") == []

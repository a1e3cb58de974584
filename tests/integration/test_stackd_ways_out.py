"""Ways out of what failed: how often stackd goes them, and what it says when it stops."""
import time

import pytest
from model_server import INSTANT
from people import planned, settle, stackctl, table
from workplace import CLUSTER_TEMPLATE, UPDATE, manifest

CAUSE = "out of wood"
TABLE_TEMPLATE = """\
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
"""


@pytest.fixture(name="app")
def fixture_app(place):
    """A place with the templates of one stack, `app`."""
    settle(place)
    place.write("templates/cluster.yaml", CLUSTER_TEMPLATE)
    return place


def write(place, size="small", **keys):
    place.write("app.yaml", manifest("templates/cluster.yaml", {"Size": size}, **keys))


def fail(model, *kinds, count=0):
    model.scenario(resources=[
        {"kind": kind, "stack": "app", "reason": CAUSE, "count": count} for kind in kinds])


def held(daemon, model, *patterns):
    """The newest reason why `app` is held, which has all that is expected; then nothing happens."""
    daemon.status("1 stack: 1 held")
    reason = [line for line in daemon.lines if line.startswith("<4>app: held: ")][-1]
    assert all(pattern in reason for pattern in patterns), reason
    seen = model.mark()
    model.rounds()
    assert model.writes(seen) == []
    return reason.partition("held: ")[2]


def test_a_failed_create_is_made_anew_so_often(app, model):
    """Deleted by its StackId first; held with the root cause after that, until it is edited."""
    settle(app, Reconcile={"MaxAttempts": "2"})
    fail(model, "fail-create")
    write(app)
    daemon = app.daemon().ready()
    reason = held(daemon, model, CAUSE, "Topic")
    done = ["CreateStack", "DeleteStack", "CreateStack"]
    assert model.accepted("app") == done
    assert planned(app, "app") == ("hold", reason)
    deleted = [line for line in model.sent() if line["action"] == "DeleteStack"]
    created = {entry["stack_id"] for entry in model.ledger() if entry["action"] == "CreateStack"}
    for line in deleted:
        assert line["fields"]["StackName"] in created, "by StackId, never by name"
        assert line["fields"]["ClientRequestToken"].startswith("stackd-")
    model.scenario(clear=True)
    write(app, "large")
    daemon.in_sync(1)
    assert model.accepted("app") == [*done, "DeleteStack", "CreateStack"]


def test_restarts_give_no_further_attempts(app, model):
    """Neither does a kill; an edit does, and so does a command."""
    fail(model, "fail-create")
    write(app)
    for _ in range(5):
        daemon = app.daemon().ready()
        daemon.line("app: ")
        daemon.process.kill()
        daemon.process.wait()
    daemon = app.daemon().ready()
    held(daemon, model, CAUSE)
    assert model.accepted("app").count("CreateStack") == 3
    stackctl(app, "retry", "app")
    model.wait(lambda: model.accepted("app").count("CreateStack") > 3, "one more attempt")


def test_a_failed_create_may_be_left_to_people(app, model):
    settle(app, Policy={"RecreateFailed": "no"})
    fail(model, "fail-create", count=1)
    write(app)
    daemon = app.daemon().ready()
    held(daemon, model, "ROLLBACK_COMPLETE", CAUSE)
    write(app, "large")
    model.rounds()
    assert model.accepted("app") == ["CreateStack"]


def test_a_failed_create_is_kept(app, model):
    """For a look at it: until the manifest is another one."""
    fail(model, "fail-create", count=1)
    write(app, **{"on-failure": "keep"})
    daemon = app.daemon().ready()
    held(daemon, model, "CREATE_FAILED", CAUSE)
    assert model.accepted("app") == ["CreateStack"]
    write(app, "large", **{"on-failure": "keep"})
    daemon.in_sync(1)
    assert model.accepted("app") == ["CreateStack", "DeleteStack", "CreateStack"]


def test_a_failed_create_is_deleted_by_the_service(app, model):
    """It vanishes, which counts as a failure, and not as somebody's deletion."""
    settle(app, Reconcile={"MaxAttempts": "2"})
    fail(model, "fail-create")
    write(app, **{"on-failure": "delete"})
    daemon = app.daemon().ready()
    held(daemon, model, CAUSE)
    assert model.accepted("app") == ["CreateStack", "CreateStack"]
    assert not [line for line in daemon.lines if "somebody else" in line]


def test_what_a_create_is_sent_with(app, model):
    write(app, **{"on-failure": "delete", "timeout-in-minutes": 7})
    app.once()
    fields = next(line["fields"] for line in model.sent() if line["action"] == "CreateStack")
    assert (fields["OnFailure"], fields["TimeoutInMinutes"]) == ("DELETE", "7")


def test_a_create_that_takes_too_long(start_model, make_workplace):
    """As the service has it: after timeout-in-minutes it is a failed create like any other."""
    model = start_model(clock_ms=int(time.time() * 1000))
    model.scenario(options={"schedule": {**INSTANT, "create_ms": 3600 * 1000}})
    app = make_workplace(model)
    app.write("templates/cluster.yaml", CLUSTER_TEMPLATE)
    settle(app, Reconcile={"MaxAttempts": "1"})
    write(app, **{"timeout-in-minutes": 5})
    daemon = app.daemon().ready()
    model.wait(lambda: model.accepted("app"), "a create")
    model.step(6 * 60 * 1000)
    held(daemon, model, "ROLLBACK_COMPLETE")
    assert model.accepted("app") == ["CreateStack"]


def test_a_rollback_is_continued_so_often(app, model):
    """Three times for one wish, then it is held: never deleted."""
    write(app, "old")
    daemon = app.daemon().ready()
    daemon.in_sync(1)
    fail(model, "fail-update", "fail-rollback")
    write(app)
    held(daemon, model, "UPDATE_ROLLBACK_FAILED", CAUSE)
    done = ["CreateStack", *UPDATE, *["ContinueUpdateRollback"] * 3]
    assert model.accepted("app") == done
    model.scenario(clear=True)
    stackctl(app, "retry", "app")
    daemon.in_sync(1)
    assert model.accepted("app") == [*done, "ContinueUpdateRollback", *UPDATE]


def test_a_rollback_may_be_left_to_people(app, model):
    settle(app, Policy={"ContinueRollback": "no"})
    write(app, "old")
    app.once()
    fail(model, "fail-update", "fail-rollback", count=1)
    write(app)
    daemon = app.daemon().ready()
    held(daemon, model, "UPDATE_ROLLBACK_FAILED", CAUSE)
    assert model.accepted("app") == ["CreateStack", *UPDATE]


def test_after_a_continued_rollback_it_is_tried_again(app, model):
    write(app, "old")
    daemon = app.daemon().ready()
    daemon.in_sync(1)
    fail(model, "fail-update", "fail-rollback", count=1)
    write(app)
    done = ["CreateStack", *UPDATE, "ContinueUpdateRollback", *UPDATE]
    model.wait(lambda: model.accepted("app") == done, "an update after the continued rollback")
    daemon.in_sync(1)
    assert model.live("app")["parameters"] == {"Size": "small"}


def test_an_unknown_status_is_warned_about(app, model):
    """It may be anything: nothing is done until it is another one."""
    write(app, "old")
    daemon = app.daemon().ready()
    daemon.in_sync(1)
    model.scenario(status=[{"stack": "app", "status": "HIBERNATION_PENDING"}])
    daemon.line("^<4>app: .*HIBERNATION_PENDING")
    write(app)
    model.rounds(5)
    assert model.accepted("app") == ["CreateStack"]


@pytest.mark.parametrize("stateful", [True, False])
def test_a_stack_that_vanished(app, model, stateful):
    """With what it held: then a person has to know before an empty one takes its place."""
    app.write("templates/cluster.yaml", TABLE_TEMPLATE if stateful else CLUSTER_TEMPLATE)
    app.write("app.yaml", manifest("templates/cluster.yaml"))
    daemon = app.daemon().ready()
    daemon.in_sync(1)
    start = len(daemon.lines)
    model.act(Action="DeleteStack", StackName="app")
    daemon.line("^<4>app: somebody else deleted it", start)
    if not stateful:
        model.settled("app", ["CreateStack", "DeleteStack", "CreateStack"])
        daemon.in_sync(1)
        return
    reason = held(daemon, model, "Table (AWS::DynamoDB::Table)")
    time.sleep(0.4)  # longer than RevertDelay
    assert model.accepted("app") == ["CreateStack", "DeleteStack"]
    daemon.stop()
    assert table(app.once(status=1))["app"] == ("hold", reason)
    daemon = app.daemon().ready()
    daemon.line("app: held: ")
    stackctl(app, "approve", "app", reason.split()[-1])
    daemon.in_sync(1)
    assert model.accepted("app") == ["CreateStack", "DeleteStack", "CreateStack"]


@pytest.mark.parametrize("updating, command", [
    (True, "aws cloudformation cancel-update-stack --stack-name app"),
    (False, "aws cloudformation delete-stack --stack-name app")])
def test_an_operation_that_stalls(app, model, updating, command):
    """Is warned about once, with the command that would cancel it; nothing is cancelled."""
    settle(app, Reconcile={"StallWarning": "150ms"})
    write(app, "old")
    if updating:
        app.once()
        write(app)
    model.scenario(options={"schedule": {"create_ms": 800, "update_ms": 800}})
    daemon = app.daemon().ready()
    line = daemon.line("^<4>app: .*aws cloudformation")
    assert command in line
    daemon.in_sync(1)
    assert sum("aws cloudformation" in line for line in daemon.lines) == 1
    assert model.accepted("app") == ["CreateStack", *(UPDATE if updating else [])]

"""Every status of a stack, entered by what people and the service really do: what stackd says of
it, and its way out or why there is none."""
import json
import re
import time

import pytest
from model_server import INSTANT
from people import planned, settle, table
from workplace import CLUSTER_TEMPLATE, UPDATE, manifest

FOREVER_MS = 10**7  # on a clock that a test moves
THEIRS = {"Parameters.member.1.ParameterKey": "Size", "Parameters.member.1.ParameterValue": "old"}
DIFFERS = r"parameter Size: old -> small"
AGAIN = ["DeleteStack", "CreateStack"]


class Street:
    """A stack `app`, brought into a status by others or by stackd itself."""

    def __init__(self, model, place):
        self.model, self.place = model, place
        settle(place)
        place.write("templates/cluster.yaml", CLUSTER_TEMPLATE)

    def manifest(self, size="small", **keys):
        self.place.write("app.yaml", manifest("templates/cluster.yaml", {"Size": size}, **keys))

    def fail(self, *kinds):
        self.model.scenario(resources=[
            {"kind": kind, "stack": "app", "reason": "out of wood"} for kind in kinds])

    def slowly(self, *phases):
        self.model.scenario(options={"schedule": {f"{phase}_ms": FOREVER_MS for phase in phases}})

    def act(self, action, **fields):
        self.model.act(Action=action, StackName="app", **fields)

    def created(self, *slow, fails=(), **fields):
        """By somebody else."""
        self.slowly(*slow)
        self.fail(*fails)
        self.act("CreateStack", TemplateBody=CLUSTER_TEMPLATE, **{**THEIRS, **fields})

    def updated(self, *slow, fails=(), **fields):
        self.created()
        self.slowly(*slow)
        self.fail(*fails)
        self.act("UpdateStack", UsePreviousTemplate="true", **{
            **THEIRS, "Parameters.member.1.ParameterValue": "older", **fields})

    def deleted(self, *slow, fails=()):
        self.created()
        self.slowly(*slow)
        self.fail(*fails)
        self.act("DeleteStack")

    def reviewed(self):
        self.act("CreateChangeSet", ChangeSetName="theirs", ChangeSetType="CREATE",
                 TemplateBody=CLUSTER_TEMPLATE)

    def imported(self, *slow, fails=()):
        """A second topic, which was there before."""
        self.created()
        self.slowly(*slow)
        self.fail(*fails)
        resource = {"ResourceType": "AWS::SNS::Topic", "LogicalResourceId": "Found",
                    "ResourceIdentifier.entry.1.key": "TopicArn",
                    "ResourceIdentifier.entry.1.value": "arn:aws:sns:eu-west-1:111111111111:found"}
        self.act("CreateChangeSet", ChangeSetName="found", ChangeSetType="IMPORT",
                 TemplateBody=CLUSTER_TEMPLATE.replace("Outputs:", """\
  Found:
    Type: AWS::SNS::Topic
    DeletionPolicy: Retain
Outputs:"""), **THEIRS, **{f"ResourcesToImport.member.1.{key}": value
                           for key, value in resource.items()})
        self.act("ExecuteChangeSet", ChangeSetName="found")

    def shown(self, status):
        self.created()
        self.model.scenario(status=[{"stack": "app", "status": status}])

    def ours(self, *fails, **keys):
        """Created by stackd, which fails."""
        self.manifest(**keys)
        self.fail(*fails)
        self.place.once(status=1)

    def ours_updated(self, *fails):
        """Updated by stackd, which fails, and is left so for the time being."""
        self.manifest("old")
        self.place.once()
        self.manifest()
        self.fail(*fails)
        settle(self.place, Policy={"ContinueRollback": "no"})
        self.place.once(status=1)
        settle(self.place)


# The status, how it is entered, what --plan says and why, what is then done, and where that ends.
TABLE = [
    ("absent", lambda street: None,
     "create", "not in eu-west-1 yet", ["CreateStack"], "CREATE_COMPLETE"),
    ("REVIEW_IN_PROGRESS", Street.reviewed,
     "hold", "REVIEW_IN_PROGRESS.*change set", [], "REVIEW_IN_PROGRESS"),
    ("CREATE_IN_PROGRESS", lambda street: street.created("create"),
     "running", "CREATE_IN_PROGRESS", UPDATE, "UPDATE_COMPLETE"),
    ("CREATE_FAILED", lambda street: street.created(fails=["fail-create"], OnFailure="DO_NOTHING"),
     "hold", "CREATE_FAILED.*(rollback-stack|RollbackStack)", [], "CREATE_FAILED"),
    ("CREATE_FAILED", lambda street: street.ours("fail-create", **{"on-failure": "keep"}),
     "hold", "CREATE_FAILED.*out of wood", [], "CREATE_FAILED"),
    ("CREATE_COMPLETE", Street.created, "update", DIFFERS, UPDATE, "UPDATE_COMPLETE"),
    ("ROLLBACK_IN_PROGRESS", lambda street: street.created("rollback", fails=["fail-create"]),
     "running", "ROLLBACK_IN_PROGRESS", [], "ROLLBACK_COMPLETE"),
    ("ROLLBACK_FAILED", lambda street: street.created(fails=["fail-create", "fail-delete"]),
     "hold", "ROLLBACK_FAILED", [], "ROLLBACK_FAILED"),
    ("ROLLBACK_FAILED", lambda street: street.ours("fail-create", "fail-delete"),
     "delete", "ROLLBACK_FAILED.*out of wood", AGAIN, "CREATE_COMPLETE"),
    ("ROLLBACK_COMPLETE", lambda street: street.created(fails=["fail-create"]),
     "hold", "ROLLBACK_COMPLETE", [], "ROLLBACK_COMPLETE"),
    ("ROLLBACK_COMPLETE", lambda street: street.ours("fail-create"),
     "delete", "ROLLBACK_COMPLETE.*out of wood", AGAIN, "CREATE_COMPLETE"),
    ("DELETE_IN_PROGRESS", lambda street: street.deleted("delete"),
     "running", "DELETE_IN_PROGRESS", ["CreateStack"], "CREATE_COMPLETE"),
    ("DELETE_FAILED", lambda street: street.deleted(fails=["fail-delete"]),
     "hold", "DELETE_FAILED", [], "DELETE_FAILED"),
    ("DELETE_COMPLETE", Street.deleted,
     "create", "not in eu-west-1 yet", ["CreateStack"], "CREATE_COMPLETE"),
    ("UPDATE_IN_PROGRESS", lambda street: street.updated("update"),
     "running", "UPDATE_IN_PROGRESS", UPDATE, "UPDATE_COMPLETE"),
    ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", lambda street: street.updated("cleanup"),
     "running", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", UPDATE, "UPDATE_COMPLETE"),
    ("UPDATE_COMPLETE", Street.updated,
     "update", "parameter Size: older -> small", UPDATE, "UPDATE_COMPLETE"),
    ("UPDATE_FAILED", lambda street: street.updated(fails=["fail-update"], DisableRollback="true"),
     "hold", "UPDATE_FAILED.*(rollback-stack|RollbackStack)", [], "UPDATE_FAILED"),
    ("UPDATE_ROLLBACK_IN_PROGRESS",
     lambda street: street.updated("rollback", fails=["fail-update"]),
     "running", "UPDATE_ROLLBACK_IN_PROGRESS", UPDATE, "UPDATE_COMPLETE"),
    ("UPDATE_ROLLBACK_FAILED",
     lambda street: street.updated(fails=["fail-update", "fail-rollback"]),
     "hold", "UPDATE_ROLLBACK_FAILED.*([cC]ontinue-?[uU]pdate-?[rR]ollback)", [],
     "UPDATE_ROLLBACK_FAILED"),
    ("UPDATE_ROLLBACK_FAILED",
     lambda street: street.ours_updated("fail-update", "fail-rollback"),
     "continue", "UPDATE_ROLLBACK_FAILED", ["ContinueUpdateRollback", *UPDATE],
     "UPDATE_COMPLETE"),
    ("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
     lambda street: street.updated("cleanup", fails=["fail-update"]),
     "running", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", UPDATE, "UPDATE_COMPLETE"),
    ("UPDATE_ROLLBACK_COMPLETE", lambda street: street.updated(fails=["fail-update"]),
     "update", DIFFERS, UPDATE, "UPDATE_COMPLETE"),
    ("UPDATE_ROLLBACK_COMPLETE", lambda street: street.ours_updated("fail-update"),
     "update", DIFFERS, UPDATE, "UPDATE_COMPLETE"),
    ("IMPORT_IN_PROGRESS", lambda street: street.imported("create", "update"),
     "running", "IMPORT_IN_PROGRESS", UPDATE, "UPDATE_COMPLETE"),
    ("IMPORT_COMPLETE", Street.imported, "update", DIFFERS, UPDATE, "UPDATE_COMPLETE"),
    ("IMPORT_ROLLBACK_IN_PROGRESS",
     lambda street: street.imported("rollback", fails=["fail-import"]),
     "running", "IMPORT_ROLLBACK_IN_PROGRESS", UPDATE, "UPDATE_COMPLETE"),
    ("IMPORT_ROLLBACK_FAILED",
     lambda street: street.imported(fails=["fail-import", "fail-rollback"]),
     "hold", "IMPORT_ROLLBACK_FAILED", [], "IMPORT_ROLLBACK_FAILED"),
    ("IMPORT_ROLLBACK_COMPLETE", lambda street: street.imported(fails=["fail-import"]),
     "update", DIFFERS, UPDATE, "UPDATE_COMPLETE"),
    ("unknown", lambda street: street.shown("HIBERNATION_PENDING"),
     "running", "HIBERNATION_PENDING", UPDATE, "UPDATE_COMPLETE"),
]


@pytest.fixture(name="street")
def fixture_street(start_model, make_workplace):
    model = start_model(clock_ms=int(time.time() * 1000))
    model.scenario(options={"schedule": INSTANT})
    return Street(model, make_workplace(model))


@pytest.mark.parametrize(
    "status, enter, action, reason, done, end", TABLE,
    ids=[f"{row[0]}-{row[2]}" for row in TABLE])
def test_each_status(street, status, enter, action, reason, done, end):
    model, place = street.model, street.place
    enter(street)
    seen = model.live("app")
    assert (seen["status"] if seen else None) == {
        "absent": None, "DELETE_COMPLETE": None, "unknown": "HIBERNATION_PENDING"}.get(
            status, status)
    if not (place.folder / "app.yaml").exists():
        street.manifest()
    before = len(model.ledger())
    told = planned(place, "app")
    assert told[0] == action and re.search(reason, told[1]), told
    model.step(FOREVER_MS * 10)
    model.scenario(clear=True, options={"schedule": INSTANT},
                   **({"status": []} if status == "unknown" else {}))
    held = end not in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
    ended = table(place.once(status=1 if held else 0))["app"]
    assert model.accepted("app", before) == done
    assert model.live("app")["status"] == end
    assert ended[0] == ("hold" if held else "in sync")
    if held and action == "hold":
        assert ended[1] == told[1], "--plan and --once say the same"
        place.daemon().ready().line(re.escape(f"<4>app: held: {told[1]}") + "$")
        assert model.accepted("app", before) == []


def test_no_status_is_left_out(shared):
    model = json.loads(
        (shared / "botocore/cloudformation/2010-05-15/service-2.json").read_text())
    statuses = set(model["shapes"]["StackStatus"]["enum"])
    assert {row[0] for row in TABLE} == statuses | {"absent", "unknown"}

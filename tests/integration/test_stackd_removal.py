"""What becomes of a stack whose manifest goes: it stays, unless everything says otherwise."""
import re
import shutil
import subprocess
import time

import pytest
from people import asked, planned, settle, stackctl
from workplace import CLUSTER_TEMPLATE, SERVICE_TEMPLATE, manifest

DELAY_MS = 200
TABLE_TEMPLATE = """\
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
"""
EXPORT_TEMPLATE = CLUSTER_TEMPLATE + "  Shared: {Value: !Ref Size, Export: {Name: shared}}\n"
IMPORT_TEMPLATE = """\
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !ImportValue shared}}
"""


class Village:
    """A town and its shop, which go with their manifests, and an inn, which has nothing to do with
    them."""

    def __init__(self, place, model):
        self.place, self.model = place, model
        self.settings()
        place.write("templates/cluster.yaml", CLUSTER_TEMPLATE)
        place.write("templates/service.yaml", SERVICE_TEMPLATE)
        self.write("town", kind="cluster", **{"on-removal": "delete"})
        place.write("shop.yaml", manifest("templates/service.yaml", {"Version": "1"},
                                          cluster="town", **{"on-removal": "delete"}))
        self.write("inn")

    def settings(self, delay=f"{DELAY_MS}ms", **policy):
        settle(self.place, Policy={"RemovalDelay": delay, **policy})

    def write(self, name, template="templates/cluster.yaml", **keys):
        self.place.write(f"{name}.yaml", manifest(template, **keys))

    def start(self, count=3):
        daemon = self.place.daemon().ready()
        daemon.in_sync(count)
        return daemon

    def nothing_is_deleted(self):
        """For longer than RemovalDelay."""
        time.sleep(2 * DELAY_MS / 1000)
        assert not [line for line in self.model.sent() if line["action"] == "DeleteStack"]
        for stack in ("town", "shop"):
            assert self.model.live(stack)["status"] == "CREATE_COMPLETE"

    def gone(self, *stacks):
        self.model.wait(lambda: all(self.model.live(stack) is None for stack in stacks),
                        f"{stacks} are deleted")


@pytest.fixture(name="village")
def fixture_village(place, model):
    return Village(place, model)


def test_it_stays_unless_told_otherwise(village, model):
    """And that is said, once."""
    village.write("town", kind="cluster")
    village.place.write("shop.yaml", manifest(
        "templates/service.yaml", {"Version": "1"}, cluster="town"))
    daemon = village.start()
    village.place.remove("shop.yaml")
    daemon.line("^<[45]>shop: .*manifest.*the stack is left as it is")
    village.nothing_is_deleted()
    assert model.writes() == ["CreateStack"] * 3


def test_children_go_first(village, model):
    """After the delay, by StackId, with a token."""
    village.settings(MaxRemovals=2)
    model.scenario(options={"schedule": {"delete_ms": 50}})
    daemon = village.start()
    ids = {stack: model.live(stack)["id"] for stack in ("town", "shop")}
    began_ms = time.time() * 1000
    village.place.remove("town.yaml")
    village.place.remove("shop.yaml")
    village.gone("town", "shop")
    shop, town = [entry for entry in model.ledger() if entry["action"] == "DeleteStack"]
    assert (shop["stack_id"], town["stack_id"]) == (ids["shop"], ids["town"])
    assert shop["time_ms"] - began_ms >= DELAY_MS - 50
    assert town["time_ms"] >= shop["end_ms"]
    sent = [line["fields"] for line in model.sent() if line["action"] == "DeleteStack"]
    assert [fields["StackName"] for fields in sent] == [ids["shop"], ids["town"]]
    assert all(fields["ClientRequestToken"].startswith("stackd-") for fields in sent)
    daemon.in_sync(1)
    assert model.accepted("inn") == ["CreateStack"]


def test_what_a_manifest_still_needs_stays(village, model):
    """Also where it is due: until the child goes, too."""
    daemon = village.start()
    village.place.remove("town.yaml")
    daemon.line("town: .*shop")
    village.nothing_is_deleted()
    village.settings(MaxRemovals=2)
    daemon.reload()
    village.place.remove("shop.yaml")
    village.gone("town", "shop")
    assert [entry["stack_name"] for entry in model.ledger()][-2:] == ["shop", "town"]


def test_what_a_stack_that_stays_needs_stays(village, model):
    """Also after a restart, until that one is deleted, by whomever."""
    village.place.write("shop.yaml", manifest("templates/service.yaml", {"Version": "1"},
                                              cluster="town"))
    village.settings(MaxRemovals=2)
    village.start().stop()
    village.place.remove("town.yaml")
    village.place.remove("shop.yaml")
    daemon = village.place.daemon().ready()
    daemon.line("town: held: its manifest is gone, but shop needs it")
    village.nothing_is_deleted()
    model.act(Action="DeleteStack", StackName="shop")
    village.gone("shop", "town")
    assert [entry["stack_name"] for entry in model.ledger()
            if entry["action"] == "DeleteStack"] == ["shop", "town"]
    model.wait(lambda: not [name for name in village.place.memory() if "inn" not in name and
                            name.endswith(".json")], "both are forgotten")


@pytest.mark.parametrize("written", ["{}/", "{}/.//", "/..{}"])
def test_a_folder_that_is_written_differently(village, written):
    """It is the same one; but where ".." is in it, for that may lead elsewhere."""
    village.start().stop()
    village.place.remove("shop.yaml")
    daemon = village.place.daemon("--directory", written.format(village.place.folder)).ready()
    if ".." not in written:
        village.gone("shop")
        return
    daemon.line("shop: held: its manifest is missing, but nothing is deleted while it is looked")
    village.nothing_is_deleted()


def test_it_never_came_to_be(village, model):
    """Where there is no stack, none is said to be left, or to be somebody else's."""
    model.scenario(faults=[
        {"kind": "denied", "action": "CreateStack", "stack": "shop", "count": 0}])
    daemon = village.place.daemon().ready()
    daemon.line("shop: create failed")
    village.place.remove("shop.yaml")
    assert daemon.line("shop: no manifest names it").endswith("no manifest names it any more")


def test_the_time_is_told(village):
    """While it can be averted, people see when it comes."""
    village.settings("1h")
    village.start()
    village.place.remove("shop.yaml")
    village.place.daemons[-1].line("shop: its manifest is gone: the stack is deleted in 1h")
    assert re.search(r"delete +shop +its manifest is gone; at 2\S+Z it is deleted, unless that",
                     stackctl(village.place, "list"))


def test_settings_that_break_meanwhile(village):
    """Perhaps it is just what speaks against it that can't be read; mended, it goes on."""
    daemon = village.start()
    settings = (village.place.folder / "stackd.conf").read_text()
    village.place.write("stackd.conf", settings + "RemovalDelay=an hour\n")
    daemon.line("the settings are faulty")
    village.place.remove("shop.yaml")
    daemon.line("shop: held: its manifest is missing, but nothing is deleted while the settings")
    village.nothing_is_deleted()
    village.place.write("stackd.conf", settings)
    village.gone("shop")


def test_settings_that_say_keep_meanwhile(village, model):
    """Where the manifest left it to them; what it said itself outlives it."""
    village.settings(OnRemoval="delete", MaxRemovals=2)
    village.write("inn")
    daemon = village.start()
    village.settings("1h", OnRemoval="delete", MaxRemovals=2)
    daemon.reload()
    village.place.remove("shop.yaml")
    village.place.remove("inn.yaml")
    daemon.line("inn: its manifest is gone: the stack is deleted in 1h")
    village.settings(OnRemoval="keep", MaxRemovals=2)
    daemon.line("inn: its manifest is gone, but OnRemoval= is keep by now; the stack is left as")
    village.gone("shop")
    assert model.accepted("inn") == ["CreateStack"]


def test_its_own_rules_outlive_a_manifest(village, model):
    daemon = village.start()
    village.place.write("shop.yaml", manifest(
        "templates/service.yaml", {"Version": "1"}, cluster="town",
        **{"on-removal": "delete", "apply": "never"}))
    model.wait(lambda: any(b'"apply":"never"' in text for text in village.place.memory().values()),
               "its rules are remembered")
    village.place.remove("shop.yaml")
    daemon.line("shop: held: apply: never; its manifest is gone; would delete it")
    village.nothing_is_deleted()


def test_more_at_once_than_anybody_would_mean(village, model):
    """None goes by itself, neither at once nor when fewer are left; each is asked about."""
    daemon = village.start()
    village.place.remove("town.yaml")
    village.place.remove("shop.yaml")
    reason, shop = asked(daemon, "shop")
    assert "MaxRemovals" in reason
    village.nothing_is_deleted()
    stackctl(village.place, "approve", "shop", shop)
    village.gone("shop")
    _, town = asked(daemon, "town")
    stackctl(village.place, "approve", "town", shop, status=1)
    time.sleep(2 * DELAY_MS / 1000)
    assert model.live("town")["status"] == "CREATE_COMPLETE"
    stackctl(village.place, "approve", "town", town)
    village.gone("town")
    assert model.live("inn")


def test_one_with_data_is_asked_about(village, model):
    village.place.write("templates/table.yaml", TABLE_TEMPLATE)
    village.write("store", "templates/table.yaml", **{"on-removal": "delete"})
    daemon = village.start(4)
    village.place.remove("store.yaml")
    reason, digest = asked(daemon, "store")
    assert "would remove Table (AWS::DynamoDB::Table)" in reason
    village.nothing_is_deleted()
    stackctl(village.place, "approve", "store", digest)
    village.gone("store")
    assert model.accepted("store") == ["CreateStack", "DeleteStack"]


def test_a_protected_one_is_kept(village, model):
    """stackd never switches protection off to delete."""
    daemon = village.start()
    model.act(Action="UpdateTerminationProtection", StackName="shop",
              EnableTerminationProtection="true")
    start = len(daemon.lines)
    village.place.remove("shop.yaml")
    daemon.line("shop: .*protect", start)
    village.nothing_is_deleted()
    assert "UpdateTerminationProtection" not in model.writes()


@pytest.mark.parametrize("why", ["theirs", "forgotten"])
def test_only_what_memory_says_we_created(village, model, why):
    """Not a stack that was there before; and the owner tag alone is not enough."""
    if why == "theirs":
        model.act(Action="CreateStack", StackName="town", TemplateBody=CLUSTER_TEMPLATE)
    daemon = village.start()
    if why == "forgotten":
        daemon.stop()
        village.place.forget()
        daemon = village.start()
    start = len(daemon.lines)
    village.place.remove("shop.yaml")
    if why == "theirs":
        village.gone("shop")
    village.place.remove("town.yaml")
    daemon.line("town: ", start)
    time.sleep(2 * DELAY_MS / 1000)
    model.rounds()
    assert model.live("town")["status"] == "CREATE_COMPLETE"
    assert "DeleteStack" not in model.accepted("town")


def test_somebody_elses_stack_of_the_same_name(village, model):
    """What we created is gone already; another StackId is not ours to delete."""
    daemon = village.start()
    daemon.stop()
    model.act(Action="DeleteStack", StackName="shop")
    model.act(Action="CreateStack", StackName="shop", TemplateBody=CLUSTER_TEMPLATE)
    village.place.remove("shop.yaml")
    village.place.daemon().ready()
    village.nothing_is_deleted()


def test_a_manifest_that_comes_back(village):
    """Within the delay: somebody's editor, a deployment, a mistake."""
    daemon = village.start()
    text = (village.place.folder / "shop.yaml").read_text()
    for _ in range(3):
        village.place.remove("shop.yaml")
        time.sleep(DELAY_MS / 2000)
        village.place.write("shop.yaml", text)
        daemon.in_sync(3)
    village.nothing_is_deleted()


def test_another_name_for_the_manifest(village, model):
    """With the same stack it is no removal, nor anything else."""
    daemon = village.start()
    seen = model.mark()
    (village.place.folder / "town.yaml").rename(village.place.folder / "city.yaml")
    village.write("city", kind="cluster", **{"on-removal": "delete", "stack-name": "town"})
    village.place.write("shop.yaml", manifest(
        "templates/service.yaml", {"Version": "1"}, cluster="city", **{"on-removal": "delete"}))
    village.nothing_is_deleted()
    daemon.in_sync(3)
    assert model.writes(seen) == []


def test_another_name_for_the_stack(village, model):
    """Makes another stack; the old one stays, whatever on-removal says."""
    daemon = village.start()
    start = len(daemon.lines)
    village.place.write("shop.yaml", manifest(
        "templates/service.yaml", {"Version": "1"}, cluster="town",
        **{"on-removal": "delete", "stack-name": "market"}))
    daemon.line("^<[45]>shop: ", start)
    village.nothing_is_deleted()
    assert model.accepted("market") == ["CreateStack"]


def empty(place):
    for path in place.folder.glob("*.yaml"):
        path.unlink()


def broken_beside(place):
    place.write("broken.yaml", "kind: castle\n")
    place.remove("shop.yaml")


def template_instead(place):
    shutil.copy(place.folder / "templates/service.yaml", place.folder / "shop.yaml")


ACCIDENTS = {
    "rm -rf": lambda place: shutil.rmtree(place.folder),
    "moved": lambda place: place.folder.rename(place.home / "away"),
    "empty": empty,
    "broken file": broken_beside,
    "a template instead": template_instead,
    "a file instead": lambda place: (shutil.rmtree(place.folder), place.folder.write_text("")),
}


@pytest.mark.parametrize("restart", [False, True], ids=["", "restart"])
@pytest.mark.parametrize("accident", ACCIDENTS)
def test_not_one_deletion(village, accident, restart):
    """The folder is in a state that nobody can have meant; a restart in between changes nothing."""
    village.settings(MaxRemovals=100)
    daemon = village.start()
    ACCIDENTS[accident](village.place)
    if restart:
        time.sleep(DELAY_MS / 2000)
        daemon.process.kill()
        daemon.process.wait()
        again = village.place.daemon()  # where its settings are gone, too, it ends at once
        again.wait(lambda: again.notes or again.process.poll() is not None, "it started or ended")
    village.nothing_is_deleted()


def test_an_unmounted_folder(village):
    """The place where it was mounted is an empty folder."""
    village.settings(MaxRemovals=100)
    folder, source = village.place.folder, village.place.home / "source"
    shutil.copytree(folder, source)
    empty(village.place)
    mounted = subprocess.run(["mount", "--bind", source, folder], check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting is not allowed here")
    try:
        village.start()
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
    village.nothing_is_deleted()


def test_restarts_do_not_shorten_the_delay(village, model):
    """It was away in every scan of one and the same daemon, for so long."""
    village.settings("1h")
    daemon = village.start()
    village.place.remove("shop.yaml")
    for _ in range(3):
        daemon.process.kill()
        daemon.process.wait()
        daemon = village.place.daemon().ready()
        model.rounds()
    village.nothing_is_deleted()
    assert planned(village.place, "town")[0] == "in sync"


@pytest.mark.parametrize("refused_at_once", [True, False])
def test_an_export_that_others_use(village, model, refused_at_once):
    """The deletion is refused or reverts: it is held with the service's reason, not repeated."""
    model.scenario(options={"export_blocks_delete": refused_at_once})
    village.place.write("templates/export.yaml", EXPORT_TEMPLATE)
    village.write("port", "templates/export.yaml", **{"on-removal": "delete"})
    daemon = village.start(4)
    model.act(Action="CreateStack", StackName="ship", TemplateBody=IMPORT_TEMPLATE)
    start = len(daemon.lines)
    village.place.remove("port.yaml")
    daemon.line("port: .*shared.*in use by ship", start)
    model.rounds(5)
    deletes = [line for line in model.sent() if line["action"] == "DeleteStack"]
    assert 1 <= len(deletes) <= 3
    assert model.live("port")["status"] == "CREATE_COMPLETE"


def test_a_deletion_that_fails(village, model):
    """It is held with the root cause, until a person has seen to it."""
    model.scenario(resources=[{"kind": "fail-delete", "stack": "shop", "resource": "Topic",
                               "reason": "a lock on the door", "count": 0}])
    daemon = village.start()
    village.place.remove("shop.yaml")
    daemon.line("shop: .*a lock on the door")
    model.rounds()
    assert model.live("shop")["status"] == "DELETE_FAILED"
    count = model.accepted("shop").count("DeleteStack")
    assert 1 <= count <= 3
    model.rounds()
    assert model.accepted("shop").count("DeleteStack") == count
    model.scenario(clear=True)
    model.act(Action="DeleteStack", StackName="shop")
    daemon.in_sync(2)

"""The running daemon follows what changes: files, templates, outputs, live stacks, settings."""
import json
import re
import shutil
import signal

import pytest
from workplace import SERVICE_TEMPLATE, UPDATE, manifest

ERR, WARNING, NOTICE = "<3>", "<4>", "<5>"


@pytest.fixture(name="running")
def fixture_running(town):
    """A daemon whose two stacks are in sync."""
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    return daemon


def test_from_files_to_stacks(place, model):
    """An empty folder does nothing; a manifest that is dropped in makes a stack."""
    daemon = place.daemon().ready()
    daemon.status("0 stacks.*")
    assert model.writes() == []
    place.town()
    daemon.in_sync(2)
    assert model.accepted("town") == model.accepted("shop") == ["CreateStack"]
    assert model.live("shop")["parameters"] == {"Size": "small", "Version": "1"}
    daemon.line("town: .*not in eu-west-1 yet")


def test_an_edit_is_an_update(running, town, model):
    town.service("2")
    model.settled("shop", ["CreateStack", *UPDATE])
    running.line("shop: .*parameter Version: 1 -> 2")
    running.in_sync(2)
    assert model.live("shop")["parameters"]["Version"] == "2"
    assert model.accepted("town") == ["CreateStack"]
    assert model.change_sets("shop") == []


def test_an_output_changes_in_place(running, town, model):
    town.cluster("large")
    model.settled("shop", ["CreateStack", *UPDATE])
    running.line(r"shop: .*parameter Size: small -> large \(output Size of town\)")
    running.in_sync(2)
    assert model.live("shop")["parameters"] == {"Size": "large", "Version": "1"}
    assert model.accepted("town") == ["CreateStack", *UPDATE]


def test_a_template_is_edited(running, town, model):
    town.write("templates/service.yaml", SERVICE_TEMPLATE + "  # a comment is no change\n")
    model.rounds()
    assert model.accepted("shop") == ["CreateStack"]
    town.write("templates/service.yaml", SERVICE_TEMPLATE.replace(" on ", " of "))
    model.settled("shop", ["CreateStack", *UPDATE])
    running.line("shop: .*template: Resources.Topic")
    running.in_sync(2)


def test_a_foreign_change_is_reverted(running, town, model):
    """It is reported at once, and reverted after RevertDelay only."""
    start = len(running.lines)
    model.meddle("shop", Version="9")
    changed_ms = model.ledger()[-1]["time_ms"]
    running.line("shop: ", start)
    model.settled("shop", ["CreateStack", "UpdateStack", *UPDATE])
    assert model.ledger()[-2]["time_ms"] - changed_ms >= 300
    running.line("shop: .*parameter Version: 9 -> 1")
    running.in_sync(2)
    assert model.live("shop")["parameters"]["Version"] == "1"


def test_a_foreign_change_of_an_output_reaches_the_children(make_workplace, model):
    """At once, whether or not the parent's change itself is going to be reverted."""
    place = make_workplace(model)
    place.settings(Reconcile={"RevertDelay": "1h"})
    place.town()
    daemon = place.daemon().ready()
    daemon.in_sync(2)
    model.meddle("town", Size="huge")
    model.settled("shop", ["CreateStack", *UPDATE])
    daemon.line(r"shop: .*parameter Size: small -> huge \(output Size of town\)")
    assert model.accepted("town") == ["CreateStack", "UpdateStack"]


def test_a_broken_manifest_freezes_only_itself(running, town, model):
    town.write("town.yaml", '{"kind": "cluster",\n "template-file-path": [7]}\n')
    running.line(ERR + r".*town\.yaml:2:\d+: .*expected")
    town.service("2")
    model.settled("shop", ["CreateStack", *UPDATE])
    running.status("2 stacks: 1 in sync, 1 frozen")
    town.cluster("large")
    model.settled("town", ["CreateStack", *UPDATE])
    running.in_sync(2)


def test_two_manifests_for_one_stack(running, town, model):
    """Both are refused and named, the stack is left alone."""
    town.write("store.yaml", manifest("templates/cluster.yaml", **{"stack-name": "shop"}))
    line = running.line(ERR + ".*(shop|store).yaml")
    assert "shop" in line and "store" in line
    running.status("3 stacks: 1 in sync, 2 frozen")
    town.service("2")
    model.rounds()
    assert model.accepted("shop") == ["CreateStack"]
    town.remove("store.yaml")
    model.settled("shop", ["CreateStack", *UPDATE])
    running.in_sync(2)


def test_a_failing_create_is_told_by_its_root_cause(town, model):
    town.settings(Reconcile={"MaxAttempts": "1"})
    model.scenario(resources=[{"kind": "fail-create", "stack": "town", "resource": "Topic",
                               "reason": "the moon is in the wrong place", "count": 0}])
    daemon = town.daemon().ready()
    line = daemon.line(f"^{ERR}.*town: ")
    assert "Topic" in line and "the moon is in the wrong place" in line
    daemon.status("2 stacks: 1 waiting, 1 held")
    model.rounds()
    assert model.accepted("shop") == []
    assert model.accepted("town") == ["CreateStack"]
    told = [line for line in daemon.lines if line.startswith(ERR)]
    assert len(told) == 1, told


def test_a_failing_update_is_tried_so_often_and_held(town, model):
    town.settings(Reconcile={"MaxAttempts": "2"})
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    model.scenario(resources=[{"kind": "fail-update", "stack": "shop", "resource": "Topic",
                               "reason": "no such colour", "count": 0}])
    town.service("2")
    daemon.line(f"^{ERR}.*shop: .*Topic.*no such colour")
    daemon.status("2 stacks: 1 in sync, 1 held")
    model.rounds()
    assert model.accepted("shop") == ["CreateStack", *UPDATE, *UPDATE]
    assert model.live("shop")["status"] == "UPDATE_ROLLBACK_COMPLETE"
    model.scenario(clear=True)
    town.service("3")
    daemon.in_sync(2)
    assert model.live("shop")["parameters"]["Version"] == "3"


def test_a_manifest_that_goes_leaves_its_stack(running, town, model):
    town.remove("shop.yaml")
    running.line("shop: ")
    running.in_sync(1)
    model.rounds()
    assert model.accepted("shop") == ["CreateStack"]
    assert model.live("shop")["status"] == "CREATE_COMPLETE"


def test_the_folder_is_replaced(running, town, model):
    """By another one with another version; then it is away for a while, which means nothing."""
    other = town.home / "other"
    shutil.copytree(town.folder, other)
    away = town.home / "away"
    town.folder.rename(away)
    model.rounds()
    assert model.writes()[2:] == []
    other.rename(town.folder)
    town.service("2")
    model.settled("shop", ["CreateStack", *UPDATE])
    running.in_sync(2)
    town.service("3")
    model.settled("shop", ["CreateStack", *UPDATE, *UPDATE])
    running.in_sync(2)


def test_a_link_to_the_folder_is_swapped(town, model):
    """As tools do that put a new version beside the old one."""
    first, second = town.home / "first", town.home / "second"
    town.folder.rename(first)
    town.folder.symlink_to(first)
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    shutil.copytree(first, second)
    service = json.loads((second / "shop.yaml").read_text())
    service["parameters"]["Version"] = "2"
    (second / "shop.yaml").write_text(json.dumps(service))
    (town.home / "link").symlink_to(second)
    (town.home / "link").rename(town.folder)
    model.settled("shop", ["CreateStack", *UPDATE])
    daemon.in_sync(2)
    assert model.accepted("town") == ["CreateStack"]


def test_an_included_file_is_edited(place, model):
    """Of a template in AutoStacker24's dialect, and of a parameter's value."""
    place.write("templates/motto.yaml", """# AutoStacker24
Parameters:
  Name: {Type: String}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: "@Name says @file://words/motto.txt"}
Outputs:
  Name: {Value: !GetAtt Topic.TopicName}
""")
    place.write("templates/words/motto.txt", "ora")
    place.write("names/name.txt", "benedict\n")
    place.write("motto.yaml", manifest(
        "templates/motto.yaml", {"Name": {"file": "names/name.txt"}}))
    daemon = place.daemon().ready()
    daemon.in_sync(1)
    place.write("templates/words/motto.txt", "et labora")
    model.settled("motto", ["CreateStack", *UPDATE])
    daemon.in_sync(1)
    place.write("names/name.txt", "scholastica\n")
    model.settled("motto", ["CreateStack", *UPDATE, *UPDATE])
    daemon.in_sync(1)
    assert model.live("motto")["parameters"] == {"Name": "scholastica"}


def test_reload_reads_the_settings(town, model):
    town.settings(Reconcile={"Interval": "1h"})
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    model.meddle("shop", Version="9")
    town.settings(Reconcile={"Interval": "1h", "RevertDelay": "1h"})
    daemon.reload()  # looks at once, and doesn't wait for RevertDelay
    model.settled("shop", ["CreateStack", "UpdateStack", *UPDATE])
    daemon.in_sync(2)
    town.settings()
    daemon.reload()
    model.meddle("shop", Version="10")  # now nobody needs to ask
    model.settled("shop", ["CreateStack", "UpdateStack", *UPDATE, "UpdateStack", *UPDATE])


def test_broken_settings_keep_the_old_ones(running, town, model):
    town.write("stackd.conf", "[Reconcile]\nInterval=never\n")
    start = len(running.lines)
    running.reload()
    running.line(ERR + r".*stackd\.conf:2: ", start)
    town.service("2")
    model.settled("shop", ["CreateStack", *UPDATE])


def test_broken_settings_at_the_start(town, model):
    town.write("stackd.conf", "[Reconcile]\nInterval=never\nPollinterval=1s\n")
    ended = town.run()
    assert ended.returncode == 78
    assert "stackd.conf:2: " in ended.stderr
    assert re.search(r"stackd\.conf:3: .*PollInterval", ended.stderr)
    assert model.transcript() == []


def test_a_second_one_on_the_folder_refuses(running, town, model):
    """Whichever memory it would have, and with the same memory, whichever folder."""
    seen = model.mark()
    folder = town.home / "other"
    shutil.copytree(town.folder, folder)
    for place, arguments in (
            (town.state, ()), (town.state, ("--once",)),
            (town.state, ("--once", "--directory", folder)),
            (town.folder, ("--state", town.home / "elsewhere"))):
        ended = town.run(*arguments)
        assert ended.returncode not in (0, 2)
        assert f"{place}: another stackd (process {running.process.pid})" in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
    assert model.writes(seen) == []
    assert running.process.poll() is None


def test_ready_does_not_wait_for_the_network(town, model):
    model.scenario(faults=[{"kind": "hang", "count": 0}])
    daemon = town.daemon().ready()
    model.wait(lambda: any(line["fate"] == "hang" for line in model.transcript()), "a hang")
    assert daemon.stop() == 0, daemon.said()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once(start_model, make_workplace, number):
    """While an operation runs, which goes on without it and is followed afterwards."""
    model = start_model()
    model.scenario(options={"schedule": {"create_ms": 4000}})
    place = make_workplace(model)
    place.town()
    daemon = place.daemon().ready()
    model.wait(model.ledger, "a create")
    assert daemon.stop(number) == 0, daemon.said()
    assert not model.ledger()[0]["result"]
    assert any(note == "STOPPING=1" for note in daemon.notes)
    place.once()
    assert model.accepted("town") == model.accepted("shop") == ["CreateStack"]


def test_a_folder_that_comes_back_is_told(running, town):
    away = town.home / "away"
    town.folder.rename(away)
    running.line("^<4>.*manifests: No such file")
    away.rename(town.folder)
    running.line("^<5>.*manifests can be read again")


def test_files_that_are_no_manifests(running, town, model):
    left = {name: manifest("templates/cluster.yaml", stack=7) for name in (
        ".hidden.yaml", "shop.yaml~", "shop.yaml.bak", "shop.yaml.dpkg-new", "notes.txt")}
    for name, text in left.items():
        town.write(name, text)
    town.write("inner/other.yaml", manifest("templates/cluster.yaml"))
    town.write("resources.json", json.dumps({"Resources": {}}))
    town.service("2")
    model.settled("shop", ["CreateStack", *UPDATE])
    running.in_sync(2)
    assert {entry["stack_name"] for entry in model.ledger()} == {"town", "shop"}

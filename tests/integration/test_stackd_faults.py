"""Whatever the network and the service do: it converges, and nothing is done twice."""
import concurrent.futures

import pytest
from model_server import INSTANT, Model
from workplace import STACKD, UPDATE, Workplace, manifest

ACTIONS = ["DescribeStacks", "CreateStack", "DescribeStackEvents", "GetTemplate",
           "CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet"]
SILENT = ["hang", "hang-after", "late"]
SECRET_WORD = "wonderful-plumage"
VALUES_TEMPLATE = """\
Parameters:
  Word: {Type: String, NoEcho: true, Default: none}
  Amount: {Type: Number, Default: 1}
  Places: {Type: CommaDelimitedList, Default: a}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: !Sub "${Word} ${Amount}"
      TopicName: !Join ["-", !Ref Places]
"""


def slowly(model):
    """So that there is something to poll."""
    model.scenario(options={"schedule": {**INSTANT, "create_ms": 20, "update_ms": 20,
                                         "change_set_ms": 20}})


@pytest.fixture(name="start_town")
def fixture_start_town(start_model, make_workplace):
    """A model and a town on it, not created yet, for tests that run several at a time."""
    def start():
        model = start_model()
        slowly(model)
        place = make_workplace(model)
        place.town()
        return model, place
    return start


def converges(model, place, faults):
    """Creates and updates under the same faults."""
    model.scenario(faults=faults)
    place.once()
    hit = sum(line["fate"] != "answer" or line["status"] >= 400 for line in model.sent())
    model.scenario(clear=True)
    place.cluster("large")
    place.service("2")
    model.scenario(faults=faults)
    place.once()
    for stack in ("town", "shop"):
        assert model.accepted(stack) == ["CreateStack", *UPDATE], place.everything_said()
        assert model.change_sets(stack) == []
    model.scenario(clear=True)
    seen = model.mark()
    place.once()
    assert model.writes(seen) == []
    model.scenario(options={"stale_ms": 0})
    assert model.live("shop")["parameters"] == {"Size": "large", "Version": "2"}
    return hit


@pytest.mark.parametrize("kind", [
    "throttle", "internal", "unavailable", "html", "reset-before", "reset-after", "cut",
    "bad-xml", "slow"])
def test_each_action_fails_twice(start_town, kind):
    model, place = start_town()
    hit = converges(model, place, [
        {"kind": kind, "action": action, "count": 2, "delay_ms": 100} for action in ACTIONS])
    assert hit >= 2 or kind in ("bad-xml", "slow")


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize("option", [
    "operation_ids", "outputs_while_running", "no_updates_change_set", "change_set_keeps_tags",
    "tokens_are_forgotten", "throttling_exception"])
def test_what_is_not_known_of_the_service(start_town, option, value):
    """Whichever way it is: answers that get lost are found out about, nothing is done twice."""
    model, place = start_town()
    model.scenario(options={option: value})
    converges(model, place, [{"kind": kind, "action": action} for action in ACTIONS
                             for kind in ("reset-after", "throttle")])


def test_a_bad_day(start_town):
    """Every fifth request goes wrong in one way or another."""
    towns = [start_town() for _ in range(4)]
    kinds = ["throttle", "internal", "html", "reset-before", "reset-after", "cut", "bad-xml"]
    faults = [{"kind": kind, "count": 0, "chance": 0.03} for kind in kinds]
    with concurrent.futures.ThreadPoolExecutor(len(towns)) as pool:
        list(pool.map(lambda town: converges(*town, faults), towns))


def test_stale_reads(start_town):
    model, place = start_town()
    model.scenario(options={"stale_ms": 150})
    converges(model, place, [])


def waiting(place, model):
    """Requests to create stacks are never answered, each in another way."""
    place.town()
    for kind in SILENT:
        place.write(f"{kind}.yaml", manifest("templates/cluster.yaml"))
    model.scenario(faults=[{"kind": kind, "action": "CreateStack", "stack": kind, "delay_ms": 1000}
                           for kind in SILENT])


@pytest.fixture(name="patient", scope="module", autouse=True)
def fixture_patient(tmp_path_factory):
    """A daemon that runs into timeouts, which takes half a minute, while the other tests run."""
    if not STACKD.exists():
        pytest.skip("stackd is not built")
    model = Model()
    model.scenario(options={"schedule": INSTANT})
    place = Workplace(tmp_path_factory.mktemp("patient") / "place", model)
    waiting(place, model)
    yield model, place, place.daemon()
    place.close()
    model.stop()


def test_a_request_that_hangs_holds_up_nobody(model, place):
    """The other stacks go on; a daemon that is waiting for answers ends as fast as ever."""
    waiting(place, model)
    daemon = place.daemon().ready()
    model.settled("shop", ["CreateStack"])
    assert daemon.stop() == 0, daemon.said()
    model.wait(lambda: model.accepted("late"), "the late request")
    place.once()
    assert [model.accepted(kind) for kind in SILENT] == [["CreateStack"]] * len(SILENT)


def test_denied_sight_of_all_stacks(town, model):
    """Who may not see all stacks of the account looks at each of its own."""
    model.scenario(faults=[{"kind": "denied", "action": "DescribeStacks", "stack": "", "count": 0}])
    town.once()
    town.service("2")
    town.once()
    assert model.accepted("town") == ["CreateStack"]
    assert model.accepted("shop") == ["CreateStack", *UPDATE]
    seen = model.mark()
    daemon = town.daemon().ready()
    daemon.in_sync(2)
    model.rounds(10)
    refused = [line for line in model.sent(seen) if line["code"] == "AccessDenied"]
    assert len(refused) <= 1, "asked again hourly"


def test_denied_one_action_on_one_stack(town, model):
    """It is named, the others go on, and it is tried again."""
    town.write("lonely.yaml", manifest("templates/cluster.yaml"))
    model.scenario(faults=[
        {"kind": "denied", "action": "CreateStack", "stack": "lonely", "count": 2}])
    daemon = town.daemon().ready()
    line = daemon.line("^<[34]>.*lonely: ")
    assert "cloudformation:CreateStack" in line
    model.settled("shop", ["CreateStack"])
    daemon.in_sync(3)
    assert model.accepted("lonely") == ["CreateStack"]


def test_throttled_it_slows_down(town, model):
    """From 1,000 calls a second, halved each time: the waits alone are 250 ms."""
    model.scenario(faults=[{"kind": "throttle", "count": 8}])
    town.daemon().ready().in_sync(2)
    assert model.accepted("town") == model.accepted("shop") == ["CreateStack"]
    refused = [line["time_ms"] for line in model.sent() if line["code"] == "Throttling"]
    assert len(refused) == 8
    assert refused[-1] - refused[0] >= 100


# --- what the service shows otherwise than it was sent ---

def values(place, **parameters):
    place.write("templates/values.yaml", VALUES_TEMPLATE)
    place.write("values.yaml", manifest("templates/values.yaml", parameters))


def test_a_masked_parameter(make_workplace, model):
    place = make_workplace(model, WORD=SECRET_WORD)
    place.secrets.append(SECRET_WORD)
    values(place, Word={"environment": "WORD"})
    place.once()
    assert model.live("values")["parameters"]["Word"] == "****"
    assert model.ledger()[0]["parameters"]["Word"] == SECRET_WORD
    seen = model.mark()
    place.once()
    assert place.plan().returncode == 0
    assert model.writes(seen) == []

    place.secrets.append("another-plumage")
    place.environment["WORD"] = "another-plumage"
    ended = place.plan()
    assert ended.returncode == 2
    assert "Word" in ended.stdout
    place.once()
    assert model.accepted("values") == ["CreateStack", *UPDATE]
    assert model.ledger()[1]["parameters"]["Word"] == "another-plumage"


def test_a_masked_parameter_without_memory(make_workplace, model):
    """Only a change set can tell: it is asked once, and remembered."""
    place = make_workplace(model, WORD=SECRET_WORD)
    place.secrets.append(SECRET_WORD)
    values(place, Word={"environment": "WORD"})
    place.once()
    place.forget()
    ended = place.plan()
    assert (ended.returncode, ended.stdout.split()[0]) == (2, "unknown")
    place.once()
    assert model.accepted("values") == ["CreateStack", "CreateChangeSet", "DeleteChangeSet"]
    seen = model.mark()
    place.once()
    assert place.plan().returncode == 0
    assert model.writes(seen) == []


def test_secrets_that_the_service_repeats(make_workplace, model):
    """CloudFormation's reasons and errors quote what it was sent: to the journal go stars."""
    place = make_workplace(model, WORD=SECRET_WORD)
    place.secrets.append(SECRET_WORD)
    values(place, Word="wonder", Places={"environment": "WORD"})
    place.secrets.append("wonder")
    model.scenario(resources=[{
        "kind": "fail-create", "stack": "values", "resource": "Topic", "count": 0,
        "reason": f"{SECRET_WORD} is no place, nor is wonder"}])
    ended = place.once(status=1)
    why = "Topic (AWS::SNS::Topic): *** is no place, nor is ***"
    assert f"create failed: {why}" in ended.stderr
    assert ended.stdout.endswith(f": its creation failed: {why}; it is created again then\n")
    assert place.plan().stdout == ended.stdout


def test_secrets_that_the_service_repeats_late(make_workplace, model):
    """Also where the manifest is another one, or gone, when they come."""
    place = make_workplace(model, WORD=SECRET_WORD)
    place.secrets.append(SECRET_WORD)
    values(place, Word={"environment": "WORD"})
    model.scenario(
        options={"schedule": {**INSTANT, "create_ms": 300}},
        resources=[{"kind": "fail-create", "stack": "values", "resource": "Topic",
                    "reason": f"{SECRET_WORD} is no word", "count": 0}])
    daemon = place.daemon().ready()
    daemon.line("values: creating")
    place.write("values.yaml", "parameters: [")
    daemon.line("expected")
    place.remove("values.yaml")
    daemon.line(r"create failed: Topic \(AWS::SNS::Topic\): \*\*\* is no word")


@pytest.mark.parametrize("parameters, shown, asked", [
    ({"Amount": "007"}, {"Amount": "7"}, True),
    ({"Amount": "1.0"}, {"Amount": "1"}, True),
    ({"Places": "a , b"}, {"Places": "a,b"}, False),
    ({"Places": ["a", "b"]}, {"Places": "a,b"}, False),
])
def test_another_form_of_the_same_value(place, model, parameters, shown, asked):
    """What the service normalises is no difference for ever: a change set is asked once at most."""
    model.scenario(options={"normalise_numbers": True, "normalise_lists": True})
    values(place, **parameters)
    place.once()
    live = model.live("values")["parameters"]
    assert {name: live[name] for name in shown} == shown
    for _ in range(2):
        place.once()
    assert place.plan().returncode == 0
    assert model.accepted("values") == [
        "CreateStack", *(["CreateChangeSet", "DeleteChangeSet"] if asked else [])]


def test_a_change_without_effect_is_asked_once(town, model):
    """A template's Description is ignored by the service: nothing to do, and that is remembered."""
    town.once()
    text = (town.folder / "templates/service.yaml").read_text()
    town.write("templates/service.yaml", "Description: the town's shop\n" + text)
    town.once()
    town.once()
    assert place_is_quiet(town, model)
    assert model.accepted("shop") == ["CreateStack", "CreateChangeSet", "DeleteChangeSet"]


def place_is_quiet(place, model):
    seen = model.mark()
    daemon = place.daemon().ready()
    daemon.in_sync(2)
    model.rounds()
    return model.writes(seen) == []


def test_both_ways_of_saying_that_nothing_changes(town, model):
    model.scenario(options={"no_updates_change_set": True})
    test_a_change_without_effect_is_asked_once(town, model)


def test_pages(place, model):
    """Many stacks on small pages: as many calls as there are pages, and two more at most."""
    model.scenario(options={"pages": {"stacks": 5, "events": 2, "changes": 1}})
    place.write("templates/cluster.yaml", VALUES_TEMPLATE)
    for number in range(23):
        place.write(f"stack-{number}.yaml", manifest("templates/cluster.yaml"))
    place.once()
    assert len(model.ledger()) == 23
    seen = model.mark()
    place.once()
    calls = model.sent(seen)
    assert {line["action"] for line in calls} == {"DescribeStacks"}
    assert len(calls) <= 5 + 2


def test_requests_that_were_never_answered(patient):
    """Asked again with the same token after the timeout; nothing was done twice."""
    model, place, daemon = patient
    daemon.in_sync(2 + len(SILENT), within_s=60)
    for stack in ("town", "shop", *SILENT):
        assert model.accepted(stack) == ["CreateStack"], place.everything_said()

"""Templates that a request does not hold: too large for it, or behind a URL."""
import json
import signal

import pytest
from model_server import ACCOUNT, INSTANT, REGION
from workplace import UPDATE, manifest

KIB = 1024
LARGE = 600 * KIB
URL = f"https://templates.s3.{REGION}.amazonaws.com/town.json"


def template(size, mark="a"):
    """Of exactly so many bytes, with a parameter and an output."""
    text = json.dumps({
        "Metadata": {"Padding": "@"}, "Parameters": {"Size": {"Type": "String"}},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {
            "DisplayName": {"Fn::Sub": f"{mark} ${{Size}}"}}}},
        "Outputs": {"Size": {"Value": {"Ref": "Size"}}}})
    return text.replace("@", "x" * (size - len(text) + 1))


@pytest.fixture(name="start")
def fixture_start(start_model, make_workplace):
    """Starts a model with a bucket, and a place whose settings name it."""
    def start():
        model = start_model()
        model.scenario(
            buckets=[{"name": f"templates-{ACCOUNT}-{REGION}", "account": ACCOUNT,
                      "region": REGION}], options={"schedule": INSTANT})
        place = make_workplace(model)
        place.settings(AWS={"TemplateBucket": "templates-{account}-{region}"})
        return place, model
    return start


@pytest.fixture(name="depot")
def fixture_depot(start):
    return start()


def put(model):
    """The objects that were uploaded, in order."""
    return [(entry["key"], entry["size"]) for entry in model.ledger()
            if entry["action"] == "PutObject"]


def write(place, *names, mark="a", size="small", length=LARGE):
    """Manifests that share a large template."""
    place.write("templates/large.json", template(length, mark))
    for name in names:
        place.write(f"{name}.yaml", manifest("templates/large.json", {"Size": size}))


def test_a_large_one(depot):
    """Created, updated; each content is uploaded once, though two stacks have it."""
    place, model = depot
    write(place, "one", "two")
    daemon = place.daemon()
    daemon.in_sync(2)
    assert [size for _, size in put(model)] == [LARGE]
    write(place, "one", "two", mark="b")
    for name in ("one", "two"):
        model.settled(name, ["CreateStack", *UPDATE])
    assert len(set(put(model))) == len(put(model)) == 2
    # Another value, the same content; then the first content again.
    write(place, "one", mark="b", size="other")
    model.settled("one", ["CreateStack", *UPDATE * 2])
    write(place, "one", "two", mark="a")
    for name, times in (("one", 3), ("two", 2)):
        model.settled(name, ["CreateStack", *UPDATE * times])
    assert len(put(model)) == 2
    daemon.stop()
    place.once()
    assert place.plan().returncode == 0
    assert len(put(model)) == 2


def test_what_it_is_sent_as(depot):
    place, model = depot
    write(place, "one")
    place.once()
    fields = [line["fields"] for line in model.sent() if line["action"] == "CreateStack"]
    key = put(model)[0][0]
    assert [(row.get("TemplateBody"), row["TemplateURL"].endswith(key)) for row in fields] == [
        (None, True)]


@pytest.mark.parametrize("kind", ["kill-before", "kill-after"])
@pytest.mark.parametrize("updating", [False, True])
def test_killed_at_every_request(start, kind, updating):
    """Started again it neither uploads nor changes anything twice."""
    done = ["CreateStack", *(UPDATE if updating else [])]
    for number in range(40):
        place, model = start()
        write(place, "one", "two", length=60 * KIB)
        if updating:
            place.once()
            write(place, "one", "two", mark="b", length=60 * KIB)
        status = place.killed(kind, number, "--once")
        assert status in (0, -signal.SIGKILL)
        place.once()
        assert model.accepted("one") == model.accepted("two") == done
        assert len(put(model)) == len(set(put(model))) == (2 if updating else 1)
        if status == 0:
            assert number > 5
            return
    raise AssertionError("it was killed each time")


@pytest.mark.parametrize("kind", ["internal", "reset-before", "reset-after", "throttle"])
@pytest.mark.parametrize("action", ["HeadObject", "PutObject"])
def test_an_upload_that_fails_for_a_while(depot, action, kind):
    place, model = depot
    write(place, "one", "two")
    model.scenario(faults=[{"kind": kind, "action": action, "count": 2}])
    place.once()
    assert model.accepted("one") == model.accepted("two") == ["CreateStack"]
    assert len({key for key, _ in put(model)}) == 1


def test_an_upload_that_is_denied(depot):
    """What it takes is said; other stacks go on, and so does this one once it may."""
    place, model = depot
    write(place, "one")
    place.write("templates/small.json", template(KIB))
    place.write("small.yaml", manifest("templates/small.json", {"Size": "s"}))
    model.scenario(faults=[{"kind": "denied", "action": "PutObject", "count": 0}])
    daemon = place.daemon()
    daemon.line("^<[34]>one:.*s3:PutObject")
    model.settled("small", ["CreateStack"])
    assert model.accepted("one") == []
    model.scenario(clear=True)
    model.settled("one", ["CreateStack"])


def test_a_bucket_that_is_out_of_reach(depot):
    """It is said, though it may pass by itself: nothing else tells why nothing happens."""
    place, model = depot
    write(place, "one")
    model.scenario(faults=[{"kind": "reset-before", "action": "PutObject", "count": 0}])
    daemon = place.daemon()
    daemon.line(f"^<4>one: .*bucket templates-{ACCOUNT}-{REGION} of TemplateBucket=")
    model.scenario(clear=True)
    model.settled("one", ["CreateStack"])


def test_without_a_bucket(place, model):
    """Only this stack is frozen; its size is named."""
    write(place, "one")
    place.write("templates/small.json", template(KIB))
    place.write("small.yaml", manifest("templates/small.json", {"Size": "s"}))
    ended = place.once(status=1)
    assert f"found a template of {LARGE} bytes, expected at most 51200 without 'TemplateBucket='" \
        in ended.stderr
    assert {entry["stack_name"] for entry in model.ledger()} == {"small"}
    assert place.run("--check").returncode == 1


def test_too_large_for_all(depot):
    place, model = depot
    write(place, "one", length=1024 * KIB + 1)
    ended = place.once(status=1)
    assert f"large.json: found more than {1024 * KIB} bytes, expected at most that" in ended.stderr
    assert model.ledger() == []
    write(place, "one", length=1024 * KIB)
    place.once()
    assert model.accepted("one") == ["CreateStack"]


def test_an_object_that_is_gone(depot):
    """A rule of the bucket may remove what was uploaded; then it is uploaded again."""
    place, model = depot
    write(place, "one")
    model.scenario(faults=[{"kind": "status", "status": 400, "action": "CreateStack", "count": 1}])
    place.daemon().in_sync(1)
    assert model.accepted("one") == ["CreateStack"]
    assert len([line for line in model.sent() if line["action"] == "HeadObject"]) == 2
    assert len(put(model)) == 1


# --- behind a URL ---

def behind(url=URL, **parameters):
    return json.dumps({"template-url": url, "parameters": parameters})


def asked(model, action, start=0):
    return [line["fields"] for line in model.sent(start) if line["action"] == action]


def test_behind_a_url(place, model):
    """Created, updated; whether it is the same only a change set tells, and that is remembered."""
    model.scenario(templates={URL: template(KIB), URL + "2": template(KIB, "b")})
    place.write("one.yaml", behind(Size="small"))
    place.once()
    assert model.accepted("one") == ["CreateStack"]
    assert [fields["TemplateURL"] for fields in asked(model, "GetTemplateSummary")] == [URL]
    assert asked(model, "CreateStack")[0]["TemplateURL"] == URL
    place.write("one.yaml", behind(Size="large"))
    place.once()
    assert model.accepted("one") == ["CreateStack", *UPDATE]
    assert model.live("one")["outputs"] == {"Size": "large"}
    place.write("one.yaml", behind(URL + "2", Size="large"))
    place.once()
    assert model.accepted("one") == ["CreateStack", *UPDATE * 2]
    seen = model.mark()
    place.once()
    assert model.writes(seen) == []


def test_a_stack_that_was_there(place, model):
    """One change set finds nothing to do; then no other is made, after a restart either."""
    model.scenario(templates={URL: template(KIB)})
    model.act(Action="CreateStack", StackName="one", TemplateURL=URL, **{
        "Parameters.member.1.ParameterKey": "Size", "Parameters.member.1.ParameterValue": "s"})
    place.write("one.yaml", behind(Size="s"))
    assert place.plan().returncode == 2
    place.once()
    assert model.writes() == ["CreateChangeSet", "DeleteChangeSet"]
    assert place.plan().returncode == 0
    daemon = place.daemon()
    daemon.in_sync(1)
    model.rounds()
    assert model.writes() == ["CreateChangeSet", "DeleteChangeSet"]
    assert len(asked(model, "GetTemplateSummary")) == 4  # once for each start


def test_parameters_that_do_not_fit(place, model):
    """Told once the template was asked for; only this stack is frozen."""
    model.scenario(templates={URL: template(KIB)})
    place.write("one.yaml", behind(Size="s", Sise="t"))
    ended = place.once(status=1)
    assert "one.yaml:1:" in ended.stderr and "Sise" in ended.stderr
    assert model.ledger() == []
    place.write("one.yaml", behind(Size="s"))
    place.once()
    assert model.accepted("one") == ["CreateStack"]


def test_nothing_behind_the_url(place, model):
    place.write("one.yaml", behind(Size="s"))
    daemon = place.daemon()
    line = daemon.line("^<[34]>one:")
    assert "S3 error" in line or "TemplateURL" in line or URL in line
    assert model.ledger() == []
    model.scenario(templates={URL: template(KIB)})
    model.settled("one", ["CreateStack"])

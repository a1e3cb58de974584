"""Who stackd is to AWS: keys, files of keys, clocks, accounts."""
import pytest
from model_server import ACCOUNT, KEY, SECRET
from workplace import UPDATE


@pytest.mark.parametrize("environment, code", [
    ({"AWS_SECRET_ACCESS_KEY": "of-somebody-else"}, "SignatureDoesNotMatch"),
    ({"AWS_ACCESS_KEY_ID": "AKIANOBODY"}, "InvalidClientTokenId"),
])
def test_wrong_keys(make_workplace, model, environment, code):
    place = make_workplace(model, **environment)
    place.secrets.append("of-somebody-else")
    place.town()
    ended = place.plan()
    assert ended.returncode == 1
    assert code in ended.stdout + ended.stderr
    place.once(status=1)
    assert model.ledger() == []


def test_no_keys(make_workplace, model):
    place = make_workplace(model)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del place.environment[name]
    place.town()
    ended = place.plan()
    assert ended.returncode == 1
    assert "AWS_ACCESS_KEY_ID" in ended.stdout + ended.stderr
    place.once(status=1)
    assert model.transcript() == []


def test_a_profile_of_the_shared_file(make_workplace, model):
    place = make_workplace(model)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del place.environment[name]
    path = place.home / "keys"
    path.write_text(f"[default]\naws_access_key_id = AKIANOBODY\naws_secret_access_key = x\n\n"
                    f"[town]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n")
    place.environment["AWS_SHARED_CREDENTIALS_FILE"] = str(path)
    place.settings(AWS={"Profile": "town"})
    place.town()
    place.once()
    assert model.accepted("shop") == ["CreateStack"]


def test_a_session_token(make_workplace, model):
    model.scenario(accounts=[{"access_key": "ASIATOWN", "secret_key": "temporary-secret",
                              "session_token": "temporary-token", "account": ACCOUNT}])
    place = make_workplace(
        model, AWS_ACCESS_KEY_ID="ASIATOWN", AWS_SECRET_ACCESS_KEY="temporary-secret",
        AWS_SESSION_TOKEN="temporary-token")
    place.secrets += ["temporary-secret", "temporary-token"]
    place.town()
    place.once()
    assert model.accepted("shop") == ["CreateStack"]


@pytest.mark.parametrize("kind", ["expired-token", "invalid-token", "denied"])
def test_refused_for_a_while(town, model, kind):
    """A daemon says so, backs off and goes on; it never ends for such a reason."""
    model.scenario(faults=[{"kind": kind, "count": 12}])
    daemon = town.daemon().ready()
    daemon.line("^<[45]>eu-west-1.*(ExpiredToken|InvalidClientTokenId|AccessDenied)")
    daemon.in_sync(2)
    town.service("2")
    model.settled("shop", ["CreateStack", *UPDATE])
    assert model.accepted("town") == ["CreateStack"]


@pytest.mark.parametrize("skew_ms", [6 * 60 * 1000, 3600 * 1000])
def test_a_clock_that_is_slow(town, model, skew_ms):
    """Found out from the first refusal, and counted in from then on."""
    model.scenario(skew_ms=skew_ms)
    town.once()
    refused = [line for line in model.sent() if line["status"] == 403]
    assert 1 <= len(refused) <= 2
    assert model.accepted("shop") == ["CreateStack"]


def test_the_service_is_not_there(town, model):
    """Where nobody listens it says so; --once ends by its timeout at the latest."""
    town.settings(AWS={"EndpointUrl": "http://127.0.0.1:9"})
    ended = town.plan()
    assert ended.returncode == 1
    assert "127.0.0.1" in ended.stdout + ended.stderr
    ended = town.run("--once", "--timeout", "1s")
    assert ended.returncode == 1
    town.settings()
    town.once()
    assert model.accepted("shop") == ["CreateStack"]


def test_allowed_accounts(town, model):
    town.settings(AWS={"AllowedAccounts": "222222222222"})
    ended = town.once(status=1)
    assert ACCOUNT in ended.stdout + ended.stderr
    assert model.writes() == []
    town.settings(AWS={"AllowedAccounts": f"222222222222 {ACCOUNT}"})
    town.once()
    assert model.accepted("shop") == ["CreateStack"]
    actions = [line["action"] for line in model.sent()]
    assert "GetCallerIdentity" in actions[:actions.index("CreateStack")]


def test_regions(town, model):
    """A manifest's region is its own scope; a reference may lead elsewhere."""
    town.write("far.yaml", '{"template-file-path": "templates/service.yaml", '
                           '"region": "us-east-1", "parents": ["eu-west-1/town"], '
                           '"parameters": {"Version": 7}}')
    town.once()
    regions = {entry["stack_name"]: entry["region"] for entry in model.ledger()}
    assert regions == {"town": "eu-west-1", "shop": "eu-west-1", "far": "us-east-1"}
    assert model.ledger()[-1]["time_ms"] >= model.ledger()[0]["end_ms"]


@pytest.mark.parametrize("proxy", [
    "ftp://town:hidden-hands@127.0.0.1:1", "http://town:hidden-hands@127.0.0.1:door",
    "http://town:hidden-hands@[::1", "http://town:hidden-hands@127.0.0.1:1"])
def test_a_proxy_that_is_no_good(make_workplace, model, proxy):
    """Its password is nobody's business."""
    place = make_workplace(model, http_proxy=proxy)
    place.secrets.append("hidden-hands")
    place.town()
    ended = place.run("--plan")
    assert ended.returncode == 1
    assert "cannot reach http://127.0.0.1:" in ended.stdout

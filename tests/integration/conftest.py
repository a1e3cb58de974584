"""What the integration tests share: models of CloudFormation, and stackd at work on one."""
import identity_doubles
import pytest
import service_model
import workplace
from model_server import (
    ACCOUNT, BUILD, INSTANT, KEY, MODEL, SECRET, SHARED, Model)


@pytest.fixture(name="start_model")
def fixture_start_model():
    """Starts models, stops them after the test."""
    if not MODEL.exists():
        pytest.fail(f"{MODEL} is not built (STACKD_BUILD={BUILD})")
    models = []

    def start(*arguments, **options):
        models.append(Model(*arguments, **options))
        models[-1].scenario(accounts=[
            {"access_key": KEY, "secret_key": SECRET, "account": ACCOUNT}],
            options={"check_signature": True})
        return models[-1]

    yield start
    for model in models:
        model.stop()


@pytest.fixture(name="model")
def fixture_model(start_model):
    """A model where nothing takes time, that checks signatures of KEY and SECRET."""
    model = start_model()
    model.scenario(options={"schedule": INSTANT})
    return model


@pytest.fixture(name="make_workplace")
def fixture_make_workplace(start_model, tmp_path):
    """Makes places for stackd to work in. After the test, its daemons are ended, and each request
    that it sent is held against the service's model."""
    assert start_model, "models end after their daemons"
    if not workplace.STACKD.exists():
        pytest.fail(f"{workplace.STACKD} is not built (STACKD_BUILD={BUILD})")
    places = []

    def make(model, **environment):
        places.append(workplace.Workplace(tmp_path / f"place{len(places)}", model, **environment))
        return places[-1]

    yield make
    for place in places:
        place.close()
        if SHARED.exists():
            wrong = [(line["fields"], service_model.faults(line)) for line in place.model.sent()]
            assert [line for line in wrong if line[1]] == []


@pytest.fixture(name="place")
def fixture_place(model, make_workplace):
    return make_workplace(model)


@pytest.fixture(name="town")
def fixture_town(place):
    """A place with a cluster and its service, not created yet."""
    place.town()
    return place


@pytest.fixture(name="probe", scope="module")
def fixture_probe():
    """botocore, to be asked who it is in an environment."""
    probe = identity_doubles.Probe()
    yield probe
    probe.close()


@pytest.fixture(name="shared", scope="session")
def fixture_shared():
    """The folder of recordings, seeds and service models; tests that need it are skipped."""
    if not SHARED.exists():
        pytest.skip(f"{SHARED} is not there")
    return SHARED

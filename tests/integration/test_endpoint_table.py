"""Where stackd's requests go, held against botocore in the same environment: AWS's own names as a
proxy sees them, configured endpoints as the model sees them.

A row that Debian's botocore is too old for says what the fact sheet says (`alone`).
"""
import dataclasses
import os

import pytest
from identity_doubles import ACCOUNTS, ROLES, TEMPLATE, Look, Proxy, keys, role_arn
from workplace import manifest

pytest.importorskip("botocore")

FIPS, DUAL = {"AWS_USE_FIPS_ENDPOINT": "true"}, {"AWS_USE_DUALSTACK_ENDPOINT": "true"}
ENV_KEYS = keys("AKIAENV", "environment")
IGNORE = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
REFUSED = None
PROXIES = {"HTTPS_PROXY": "http://{proxy}"}


@dataclasses.dataclass
class Row:
    sentence: str
    host: str  # None: both refuse
    region: str = "eu-west-1"
    env: dict = dataclasses.field(default_factory=dict)
    config: str = ""
    endpoint: str = None  # EndpointUrl=, which botocore's users give to the client
    alone: bool = False

    def __str__(self):
        return self.sentence


def cfn(region, suffix="amazonaws.com", fips=""):
    return f"cloudformation{fips}.{region}.{suffix}"


def role(**more):
    lines = "".join(f"{name} = {value}\n" for name, value in more.items())
    return (f"[default]\nrole_arn = {role_arn('one', 8)}\nsource_profile = base\n{lines}"
            "[profile base]\n" + keys("AKIAOTHER"))


NO_KEYS = dict.fromkeys(ENV_KEYS)

# Seen by a proxy that refuses.
NAMES = [
    Row("Ireland", cfn("eu-west-1")),
    Row("the first region", cfn("us-east-1"), "us-east-1"),
    Row("a region that nobody knows yet", cfn("mx-north-9"), "mx-north-9"),
    Row("China", cfn("cn-north-1", "amazonaws.com.cn"), "cn-north-1"),
    Row("the government", cfn("us-gov-west-1"), "us-gov-west-1"),
    Row("an isolated region", cfn("us-iso-east-1", "c2s.ic.gov"), "us-iso-east-1"),
    Row("another isolated region", cfn("us-isob-east-1", "sc2s.sgov.gov"), "us-isob-east-1"),
    Row("Europe's own", cfn("eusc-de-east-1", "amazonaws.eu"), "eusc-de-east-1", alone=True),
    Row("a newer isolated one", cfn("eu-isoe-west-1", "cloud.adc-e.uk"), "eu-isoe-west-1",
        alone=True),
    Row("the newest isolated one", cfn("us-isof-south-1", "csp.hci.ic.gov"), "us-isof-south-1",
        alone=True),
    Row("FIPS", cfn("us-east-1", fips="-fips"), "us-east-1", FIPS),
    Row("FIPS where there is none yet", cfn("eu-west-1", fips="-fips"), env=FIPS),
    Row("FIPS for the government is the usual", cfn("us-gov-east-1"), "us-gov-east-1", FIPS,
        alone=True),
    Row("two stacks", cfn("eu-west-1", "api.aws"), env=DUAL),
    Row("two stacks in China", cfn("cn-north-1", "api.amazonwebservices.com.cn"), "cn-north-1",
        DUAL),
    Row("FIPS and two stacks", cfn("us-east-1", "api.aws", "-fips"), "us-east-1",
        {**FIPS, **DUAL}),
    Row("an isolated region has no two stacks", REFUSED, "us-iso-east-1", DUAL),
    Row("a profile's FIPS", cfn("us-east-1", fips="-fips"), "us-east-1",
        config="[default]\nuse_fips_endpoint = true\n"),
    Row("a profile's two stacks", cfn("us-east-1", "api.aws"), "us-east-1",
        config="[default]\nuse_dualstack_endpoint = true\n"),
    Row("a variable switches a profile's off", cfn("us-east-1"), "us-east-1",
        {"AWS_USE_FIPS_ENDPOINT": "false"}, "[default]\nuse_fips_endpoint = true\n"),
    Row("STS of the region", "sts.eu-west-1.amazonaws.com", env={
        **NO_KEYS, "AWS_STS_REGIONAL_ENDPOINTS": "regional"}, config=role()),
    Row("STS of the region, as a profile says", "sts.ap-south-1.amazonaws.com", "ap-south-1",
        NO_KEYS, role(sts_regional_endpoints="regional")),
    Row("STS of all", "sts.amazonaws.com", env={
        **NO_KEYS, "AWS_STS_REGIONAL_ENDPOINTS": "legacy"}, config=role()),
    Row("but not of regions that came later", "sts.eu-south-1.amazonaws.com", "eu-south-1", {
        **NO_KEYS, "AWS_STS_REGIONAL_ENDPOINTS": "legacy"}, config=role()),
    Row("STS of the region is the usual", "sts.eu-west-1.amazonaws.com", env=NO_KEYS,
        config=role(), alone=True),
    Row("STS in China", "sts.cn-north-1.amazonaws.com.cn", "cn-north-1", {
        **NO_KEYS, "AWS_STS_REGIONAL_ENDPOINTS": "regional"}, config=role()),
    Row("a proxy's variable in small letters", cfn("eu-west-1"), env={
        "HTTPS_PROXY": None, "https_proxy": "http://{proxy}"}),
    Row("which comes first", cfn("eu-west-1"), env={
        "HTTPS_PROXY": "http://127.0.0.1:1", "https_proxy": "http://{proxy}"}),
    Row("an empty list hides the other", cfn("eu-west-1"), env={
        "no_proxy": "", "NO_PROXY": "amazonaws.com"}),
    Row("another port is no exception", cfn("eu-west-1"), env={"NO_PROXY": "amazonaws.com:8443"}),
    Row("no proxy for others", cfn("eu-west-1"), env={
        "NO_PROXY": "example.com,.example.org,169.254.169.254"}),
]

# Seen by the model, which listens at several addresses; {0} is the first.
URL = "AWS_ENDPOINT_URL"
PROFILE = "[default]\nendpoint_url = http://{3}\n"
SERVICES = ("[default]\nservices = mine\nendpoint_url = http://{3}\n\n[services mine]\n"
            "cloudformation =\n  endpoint_url = http://{2}\n")
PLACES = [
    Row("EndpointUrl= is before all", "{0}", env={
        URL: "http://{2}", URL + "_CLOUDFORMATION": "http://{1}"}, config=SERVICES,
        endpoint="http://{0}"),
    Row("the service's variable", "{1}", env={
        URL: "http://{2}", URL + "_CLOUDFORMATION": "http://{1}"}, alone=True),
    Row("another service's variable", "{2}", env={
        URL: "http://{2}", URL + "_STS": "http://{1}"}, alone=True),
    Row("the variable for all", "{1}", env={URL: "http://{1}"}, config=SERVICES, alone=True),
    Row("the service's variable is before the profile", "{1}", env={
        URL + "_CLOUDFORMATION": "http://{1}"}, config=SERVICES, alone=True),
    Row("the profile's services", "{2}", config=SERVICES, alone=True),
    Row("the profile's endpoint", "{3}", config=PROFILE, alone=True),
    Row("services without ours", "{3}", config=SERVICES.replace(
        "cloudformation =", "s3 ="), alone=True),
    Row("FIPS is AWS's own", REFUSED, env=FIPS, endpoint="http://{0}", alone=True),
    Row("two stacks as well", REFUSED, env=DUAL, endpoint="http://{0}", alone=True),
    Row("FIPS and the environment's endpoint", REFUSED, env={**FIPS, URL: "http://{0}"},
        alone=True),
    Row("no proxy to this machine", "{0}", env={
        "http_proxy": "http://{proxy}", "NO_PROXY": "127.0.0.1"}, endpoint="http://{0}"),
    Row("an empty variable hides the other", "{0}", env={
        "http_proxy": "", "HTTP_PROXY": "http://{proxy}"}, endpoint="http://{0}"),
    Row("nor to this port", "{0}", env={"HTTP_PROXY": "http://{proxy}", "NO_PROXY": "{0}"},
        endpoint="http://{0}"),
    Row("nor to a part of an address", "{0}", env={
        "http_proxy": "http://{proxy}", "no_proxy": ".0.0.1"}, endpoint="http://{0}"),
    Row("nor to anywhere", "{0}", env={"http_proxy": "http://{proxy}", "no_proxy": "*"},
        endpoint="http://{0}"),
]

# Configured endpoints that are ignored: AWS's own is asked for.
IGNORED = [
    Row("a variable is ignored", cfn("eu-west-1"), env={IGNORE: "true", URL: "http://{0}"},
        alone=True),
    Row("a profile's endpoint is ignored", cfn("eu-west-1"), env={IGNORE: "true"}, config=SERVICES,
        alone=True),
    Row("a profile ignores them", cfn("eu-west-1"), env={URL: "http://{0}"},
        config="[default]\nignore_configured_endpoint_urls = true\n", alone=True),
]
assert len({row.sentence for row in NAMES + PLACES + IGNORED}) == len(NAMES + PLACES + IGNORED)


@pytest.fixture(name="proxy")
def fixture_proxy():
    proxy = Proxy()
    yield proxy
    proxy.close()


def prepare(row, place, proxy):
    """Settings, files, environment; gives the endpoint that is given outright."""
    addresses = place.model.addresses

    def fill(text):
        text = text.replace("{proxy}", proxy.address)
        for number, address in enumerate(addresses):
            text = text.replace("{" + str(number) + "}", address)
        return text
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(place.home), **ENV_KEYS, **PROXIES,
        "AWS_DEFAULT_REGION": row.region, "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_MAX_ATTEMPTS": "1", **row.env}
    sanitizers = {name: value for name, value in place.environment.items() if "SAN_" in name}
    environment = {name: fill(value) for name, value in environment.items() if value is not None}
    place.environment = {**environment, **sanitizers}
    (place.home / ".aws").mkdir()
    (place.home / ".aws/config").write_text(fill(row.config))
    endpoint = fill(row.endpoint) if row.endpoint else None
    place.settings(AWS={"Region": "", **({"EndpointUrl": endpoint} if endpoint else {})})
    place.write("template.json", TEMPLATE)
    place.write("app.yaml", manifest("template.json"))
    return environment, endpoint, fill


@pytest.mark.parametrize("row", NAMES + IGNORED, ids=str)
def test_names(row, make_workplace, model, proxy, probe):
    """None is ever reached: the proxy refuses."""
    place = make_workplace(model)
    environment, _, _ = prepare(row, place, proxy)
    wanted = [f"CONNECT {row.host}:443"] if row.host else []
    ended = place.plan("--json")
    assert ended.returncode == 1
    assert proxy.take() == wanted, ended.stdout + ended.stderr
    if not row.alone:
        answer = probe.ask(environment)
        assert answer["refused"]
        assert proxy.take() == wanted, answer
    assert model.transcript() == []


@pytest.mark.parametrize("row", PLACES, ids=str)
def test_places(row, make_workplace, start_model, proxy, probe):
    model = start_model(*["--listen", "127.0.0.1:0"] * 3)
    model.scenario(accounts=ACCOUNTS, roles=ROLES)
    place = make_workplace(model)
    environment, endpoint, fill = prepare(row, place, proxy)
    wanted = {fill(row.host)} if row.host else set()
    ended = place.plan("--json")
    assert Look(model.transcript()).hosts == wanted, ended.stdout + ended.stderr
    assert (ended.returncode == 1) == (row.host is None)
    if not row.alone:
        start = model.mark()
        answer = probe.ask(environment, endpoint=endpoint)
        assert Look(model.transcript(start)).hosts == wanted, answer
        assert (answer["refused"] is None) == bool(row.host)
    assert proxy.take() == []


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "HTTPS_PROXY"])
def test_a_proxy_that_refuses(make_workplace, model, proxy, probe, variable):
    """Plain http is asked for whole, and only where a variable for it says so."""
    row = Row("", None, env={"HTTPS_PROXY": None, variable: "http://{proxy}"},
              endpoint=model.endpoint)
    place = make_workplace(model)
    model.scenario(accounts=ACCOUNTS)
    environment, endpoint, _ = prepare(row, place, proxy)
    asked = [f"POST {endpoint}/"] if variable != "HTTPS_PROXY" else []
    ended = place.plan("--json")
    assert (ended.returncode == 1) == bool(asked)
    assert proxy.take() == asked
    assert bool(probe.ask(environment, endpoint=endpoint)["refused"]) == bool(asked)
    assert proxy.take() == asked

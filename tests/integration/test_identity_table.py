"""Who stackd is in an environment, held against botocore in the same one: access key, account,
region and the roles on the way; or both refuse.

A row that Debian's botocore is too old for, or that differs on purpose, says what is expected
(`alone`).
"""
import dataclasses
import os
import socket

import pytest
from identity_doubles import (
    ACCOUNTS, CONTAINERS, METADATA, ROLES, SECRETS, TEMPLATE, WEB_TOKEN, Look, keys, role_arn)
from model_server import INSTANT
from workplace import manifest

pytest.importorskip("botocore")

IRELAND = "eu-west-1"
ENV, FILE, CONF, OTHER = (("AKIAENV", "1" * 12, IRELAND), ("AKIAFILE", "2" * 12, IRELAND),
                          ("AKIACONF", "3" * 12, IRELAND), ("AKIAOTHER", "4" * 12, IRELAND))
SESSION, PROGRAM = ("ASIAENV", "1" * 12, IRELAND), ("ASIAPROC", "5" * 12, IRELAND)
INSTANCE, TASK = ("ASIAIMDS", "6" * 12, IRELAND), ("ASIATASK", "7" * 12, IRELAND)
ONE, TWO = ("ASIAROLEONE", "8" * 12, IRELAND), ("ASIAROLETWO", "9" * 12, IRELAND)
EXTERNAL, LONG = ("ASIAROLEEXT", "8" * 12, IRELAND), ("ASIAROLELONG", "8" * 12, IRELAND)
WEB = ("ASIAROLEWEB", "9" * 12, IRELAND)
REFUSED = None
ENV_KEYS = keys("AKIAENV", "environment")
IMDS = {"AWS_EC2_METADATA_DISABLED": None,
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://{metadata}/"}


MODE = "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"
IMDS_SIX = {**IMDS, "AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://{metadata_six}/"}
CONFIG_SIX = ("[default]\nec2_metadata_service_endpoint = http://{metadata_six}\n"
              "ec2_metadata_service_endpoint_mode = IPv6\n")


def at(who, region):
    return (*who[:2], region)


def task(path="/task", **more):
    return {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://{metadata}" + path, **more}


@dataclasses.dataclass
class Row:
    sentence: str
    who: tuple
    env: dict = dataclasses.field(default_factory=dict)
    config: str = ""
    credentials: str = ""
    files: dict = dataclasses.field(default_factory=dict)
    profile: str = None
    scenario: dict = dataclasses.field(default_factory=dict)
    alone: bool = False

    def __str__(self):
        return self.sentence


def process(said, more=""):
    """A profile whose program prints something."""
    return {"config": "[default]\ncredential_process = /bin/sh \"{home}/a program.sh\" 'x y'\n",
            "files": {"a program.sh": f"test \"$1\" = 'x y' || exit 9\n{more}cat <<'END'\n"
                                      f"{said}\nEND\n"}}


def chain(source, role="one", number=8, more=""):
    return f"[default]\nrole_arn = {role_arn(role, number)}\n{source}\n{more}\n"


def fault(kind, action, **more):
    return {"kind": kind, "action": action, "count": 0, **more}


BASE = "[profile base]\n" + keys("AKIAOTHER")
FROM_BASE = "source_profile = base"
MIDDLE = f"[profile middle]\nrole_arn = {role_arn('one', 8)}\nsource_profile = base\n"
WEB_PROFILE = (f"[default]\nrole_arn = {role_arn('web', 9)}\n"
               "web_identity_token_file = {home}/token\nrole_session_name = named-web\n")
WEB_ENV = {"AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/token", "AWS_ROLE_ARN": role_arn("web", 9)}
TOKEN = {"token": WEB_TOKEN}
SSO = ("[default]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n"
       "sso_account_id = 111111111111\nsso_role_name = r\n")

ROWS = [
    Row("keys of the environment", ENV, ENV_KEYS),
    Row("with a session token", SESSION, keys("ASIAENV", "environment")),
    Row("with the token's old name", SESSION, {
        **keys("ASIAENV", "environment"), "AWS_SESSION_TOKEN": None,
        "AWS_SECURITY_TOKEN": "token-of-ASIAENV"}),
    Row("with a token that isn't theirs", REFUSED, {**ENV_KEYS, "AWS_SESSION_TOKEN": "stale"}),
    Row("keys that nobody knows", REFUSED, {
        "AWS_ACCESS_KEY_ID": "AKIANOBODY", "AWS_SECRET_ACCESS_KEY": "x"}),
    Row("an access key without its secret", REFUSED, {"AWS_ACCESS_KEY_ID": "AKIAENV"},
        credentials="[default]\n" + keys("AKIAFILE")),
    Row("a secret alone is nothing", FILE, {"AWS_SECRET_ACCESS_KEY": "x"},
        credentials="[default]\n" + keys("AKIAFILE")),
    Row("nothing at all", REFUSED),
    Row("the environment is before the files", ENV, ENV_KEYS,
        credentials="[default]\n" + keys("AKIAFILE")),
    Row("the credentials file", FILE, credentials="[default]\n" + keys("AKIAFILE")),
    Row("the config file", CONF, config="[default]\n" + keys("AKIACONF")),
    Row("the credentials file is before it", FILE, config="[default]\n" + keys("AKIACONF"),
        credentials="[default]\n" + keys("AKIAFILE")),
    Row("files in other places", FILE, {"AWS_SHARED_CREDENTIALS_FILE": "{home}/mine"},
        files={"mine": "[default]\n" + keys("AKIAFILE")},
        credentials="[default]\n" + keys("AKIAOTHER")),
    Row("AWS_PROFILE", OTHER, {"AWS_PROFILE": "base"}, config=BASE,
        credentials="[default]\n" + keys("AKIAFILE")),
    Row("AWS_DEFAULT_PROFILE", OTHER, {"AWS_DEFAULT_PROFILE": "base"}, config=BASE),
    Row("AWS_DEFAULT_PROFILE is before it", OTHER, {
        "AWS_DEFAULT_PROFILE": "base", "AWS_PROFILE": "file"}, config=BASE,
        credentials="[file]\n" + keys("AKIAFILE")),
    Row("a named profile is after the environment's keys", ENV, {
        **ENV_KEYS, "AWS_PROFILE": "base"}, config=BASE),
    Row("a chosen one excludes them", OTHER, ENV_KEYS, config=BASE, profile="base"),
    Row("a profile that isn't there", REFUSED, {**ENV_KEYS, "AWS_PROFILE": "none"}, config=BASE),
    Row("half a profile", REFUSED, credentials="[default]\naws_access_key_id = AKIAFILE\n"),
    Row("a role", ONE, config=chain(FROM_BASE) + BASE),
    Row("a role whose source is in the other file", ONE, config=chain("source_profile = file"),
        credentials="[file]\n" + keys("AKIAFILE")),
    Row("a role is after the environment's keys", ENV, ENV_KEYS, config=chain(FROM_BASE) + BASE),
    Row("a chain of roles", TWO, config=chain("source_profile = middle", "two", 9) + MIDDLE + BASE),
    Row("a profile that is its own source", ONE,
        config=chain("source_profile = default", more=keys("AKIACONF"))),
    Row("profiles in a circle", REFUSED, config=(
        chain("source_profile = middle", "two", 9) +
        MIDDLE.replace("= base", "= default"))),
    Row("a source that isn't there", REFUSED, config=chain("source_profile = none")),
    Row("a source without keys", REFUSED, config=chain(FROM_BASE) + "[profile base]\nregion = x\n"),
    Row("a role with no source", REFUSED, config=chain("")),
    Row("a role with two sources", REFUSED,
        config=chain("credential_source = Environment\n" + FROM_BASE) + BASE),
    Row("a role that is not for us", REFUSED, config=chain(FROM_BASE, "closed") + BASE),
    Row("with an external id", EXTERNAL, config=chain(
        FROM_BASE, "external", more="external_id = outside/7") + BASE),
    Row("with a wrong external id", REFUSED, config=chain(
        FROM_BASE, "external", more="external_id = outside/8") + BASE),
    Row("with a duration and a name", LONG, config=chain(
        FROM_BASE, "long", more="duration_seconds = 7200\nrole_session_name = named-us") + BASE),
    Row("with too long a duration", REFUSED, config=chain(
        FROM_BASE, "long", more="duration_seconds = 7201") + BASE),
    Row("with a code of a device", REFUSED, config=chain(
        FROM_BASE, more="mfa_serial = arn:aws:iam::444444444444:mfa/me") + BASE),
    Row("credential_source Environment", ONE, {**ENV_KEYS}, profile="default",
        config=chain("credential_source = Environment")),
    Row("credential_source Environment without keys", REFUSED,
        config=chain("credential_source = Environment")),
    Row("credential_source EcsContainer", ONE, task(),
        config=chain("credential_source = EcsContainer")),
    Row("credential_source Ec2InstanceMetadata", ONE, IMDS,
        config=chain("credential_source = Ec2InstanceMetadata")),
    Row("keys of the instance that expire before the role is asked for", ONE, IMDS,
        config=chain("credential_source = Ec2InstanceMetadata"),
        scenario={"faults": [fault("expired-token", "AssumeRole", count=1)]}, alone=True),
    Row("credential_source of another kind", REFUSED,
        config=chain("credential_source = Moon")),
    Row("somebody who has to sign in", REFUSED, config=SSO),
    Row("a program", PROGRAM, **process(keys("ASIAPROC", "process"))),
    Row("a program is after the credentials file", FILE,
        credentials="[default]\n" + keys("AKIAFILE"), **process(keys("ASIAPROC", "process"))),
    Row("a program that fails", REFUSED, **process("", "echo no ticket >&2\nexit 3\n")),
    Row("a program of another version", REFUSED,
        **process(keys("ASIAPROC", "process").replace("1", "2", 1))),
    Row("a program without a secret", REFUSED, **process(
        '{"Version": 1, "AccessKeyId": "ASIAPROC"}')),
    Row("a program that prints no JSON", REFUSED, **process("hello")),
    Row("a program whose keys are over", REFUSED, **process(
        keys("ASIAPROC", "process")[:-1] + ', "Expiration": "2020-01-01T00:00:00Z"}')),
    Row("a program whose keys last", PROGRAM, **process(
        keys("ASIAPROC", "process")[:-1] + ', "Expiration": "2090-01-01T00:00:00Z"}')),
    Row("a program as a role's source", ONE, config=(
        chain("source_profile = printed") + process("")["config"].replace(
            "default", "profile printed")),
        files=process(keys("ASIAPROC", "process"))["files"]),
    Row("a web identity of the environment", WEB, WEB_ENV, files=TOKEN),
    Row("a web identity of a profile", WEB, config=WEB_PROFILE, files=TOKEN),
    Row("a web identity is before the credentials file", WEB, WEB_ENV, files=TOKEN,
        credentials="[default]\n" + keys("AKIAFILE")),
    Row("but after the environment's keys", ENV, {**ENV_KEYS, **WEB_ENV}, files=TOKEN),
    Row("a web identity with a false token", REFUSED, WEB_ENV, files={"token": "a.b.c"}),
    Row("a web identity without a token", REFUSED, WEB_ENV),
    Row("a web identity without a role", REFUSED, {**WEB_ENV, "AWS_ROLE_ARN": None}, files=TOKEN),
    Row("a container", TASK, task()),
    Row("a container is after the files", CONF, task(), config="[default]\n" + keys("AKIACONF")),
    Row("a container that wants a word", TASK, task(
        "/closed", AWS_CONTAINER_AUTHORIZATION_TOKEN="Bearer container-word")),
    Row("a container that gets another word", REFUSED, task(
        "/closed", AWS_CONTAINER_AUTHORIZATION_TOKEN="Bearer x")),
    Row("a container elsewhere", REFUSED, {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.invalid/task"}),
    Row("a container's word in a file", TASK, task(
        "/closed", AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="{home}/word",
        AWS_CONTAINER_AUTHORIZATION_TOKEN="Bearer x"),
        files={"word": "Bearer container-word"}, alone=True),
    Row("a word with a line break", REFUSED, task(
        "/closed", AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="{home}/word"),
        files={"word": "Bearer container-word\r\nX: y"}, alone=True),
    Row("an instance", INSTANCE, IMDS),
    Row("an instance is after a container", TASK, {**IMDS, **task()}),
    Row("an instance that is switched off", REFUSED, {
        **IMDS, "AWS_EC2_METADATA_DISABLED": "true"}),
    Row("an instance without a role", REFUSED, IMDS,
        scenario={"metadata": {"access_key": "ASIAIMDS"}}),
    Row("an instance whose keys seem to be over", INSTANCE, IMDS,
        scenario={"metadata": {**METADATA, "expired": True}}),
    Row("an instance whose role is refused", REFUSED, IMDS,
        scenario={"metadata": {**METADATA, "code": "AssumeRoleUnauthorizedAccess"}}),
    *(Row(f"an old instance: {status} for a token", INSTANCE, IMDS, scenario={
        "metadata": {**METADATA, "v1": True},
        "faults": [fault("status", "MetadataToken", status=status)]})
      for status in (403, 404, 405)),
    Row("no token and no old way", REFUSED, IMDS, scenario={
        "faults": [fault("status", "MetadataToken", status=403)]}),
    Row("a token that is refused", REFUSED, IMDS, scenario={
        "metadata": {**METADATA, "v1": True},
        "faults": [fault("status", "MetadataToken", status=400)]}),
    Row("a hop too many, and the old way", INSTANCE, IMDS, scenario={
        "metadata": {**METADATA, "v1": True}, "faults": [fault("hang", "MetadataToken")]}),
    Row("a hop too many", REFUSED, IMDS, scenario={"faults": [fault("hang", "MetadataToken")]}),
    Row("the old way is switched off", REFUSED, {**IMDS, "AWS_EC2_METADATA_V1_DISABLED": "true"},
        scenario={"metadata": {**METADATA, "v1": True},
                  "faults": [fault("status", "MetadataToken", status=404)]}, alone=True),
    Row("an instance by IPv6", INSTANCE, IMDS_SIX),
    Row("that is said twice", INSTANCE, {**IMDS_SIX, MODE: "IPv6"}),
    Row("by the profile", INSTANCE, {"AWS_EC2_METADATA_DISABLED": None}, config=CONFIG_SIX),
    Row("an address is before the mode", INSTANCE, {**IMDS, MODE: "IPv6"}),
    Row("also where it is the other one's", INSTANCE, {**IMDS_SIX, MODE: "ipv4"}),
    Row("the environment is before the profile", INSTANCE, IMDS, config=CONFIG_SIX),
    Row("a mode that there isn't", REFUSED, {**IMDS, MODE: "IPv5"}),
    Row("a mode of the profile that there isn't", REFUSED, IMDS,
        config="[default]\nec2_metadata_service_endpoint_mode = both\n"),
    Row("a container by IPv6", TASK, {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://{metadata_six}/task"}, alone=True),
    Row("no region", REFUSED, {**ENV_KEYS, "AWS_DEFAULT_REGION": None}),
    Row("the profile's region", at(ENV, "eu-north-1"), {**ENV_KEYS, "AWS_DEFAULT_REGION": None},
        config="[default]\nregion = eu-north-1\n"),
    Row("the region of a named profile", at(OTHER, "ap-south-1"), {
        "AWS_DEFAULT_REGION": None, "AWS_PROFILE": "base"},
        config="[default]\nregion = eu-north-1\n" + BASE + "region = ap-south-1\n"),
    Row("the environment's region is before it", at(ENV, "sa-east-1"), {
        **ENV_KEYS, "AWS_DEFAULT_REGION": "sa-east-1"}, config="[default]\nregion = eu-north-1\n"),
    Row("AWS_REGION is before all", at(ENV, "ca-central-1"), {
        **ENV_KEYS, "AWS_REGION": "ca-central-1"}, alone=True),
    Row("a region that is none", REFUSED, {**ENV_KEYS, "AWS_DEFAULT_REGION": "no/such"}),
]
assert len(ROWS) >= 40 and len({row.sentence for row in ROWS}) == len(ROWS)


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as six:
            six.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.fixture(name="model")
def fixture_model(start_model):
    """Its metadata answer at [::1], too, where there is that."""
    model = start_model(*(["--metadata", "[::1]:0"] if has_ipv6() else []))
    model.scenario(options={"schedule": INSTANT})
    return model


def prepare(row, place, model):
    """Writes the row's files; gives its environment."""
    words = {"home": str(place.home), "metadata": model.metadata,
             "metadata_six": next(iter(model.more_metadata), None)}

    def fill(text):
        for name, value in words.items():
            if "{" + name + "}" in text:
                if not value:
                    pytest.skip("this machine has no IPv6")
                text = text.replace("{" + name + "}", value)
        return text
    written = {".aws/config": row.config, ".aws/credentials": row.credentials, **row.files}
    for name, text in written.items():
        if text:
            (place.home / name).parent.mkdir(exist_ok=True)
            (place.home / name).write_text(fill(text), newline="")
    environment = {"PATH": os.environ["PATH"], "HOME": str(place.home),
                   "AWS_DEFAULT_REGION": IRELAND, "AWS_EC2_METADATA_DISABLED": "true",
                   "AWS_STS_REGIONAL_ENDPOINTS": "regional", **row.env}
    return {name: fill(value) for name, value in environment.items() if value is not None}


def compare(row, place, model, probe):
    """Both in the row's environment."""
    model.scenario(**{"accounts": ACCOUNTS, "roles": ROLES, "metadata": METADATA,
                      "containers": CONTAINERS, **row.scenario})
    environment = prepare(row, place, model)
    sanitizers = {name: value for name, value in place.environment.items() if "SAN_" in name}
    place.environment = {**environment, **sanitizers}
    place.secrets += [*SECRETS, WEB_TOKEN, "container-word"]
    place.settings(AWS={"Region": "", "EndpointUrl": model.endpoint,
                        **({"Profile": row.profile} if row.profile else {})})
    place.write("template.json", TEMPLATE)
    place.write("app.yaml", manifest("template.json"))
    ended = place.plan("--json")
    ours = Look(model.transcript())
    assert ours.who() == row.who, ended.stdout + ended.stderr
    assert (ended.returncode == 1) == (row.who is REFUSED)
    if row.alone:
        return
    start = model.mark()
    answer = probe.ask(environment, row.profile, model=model.address)
    theirs = Look(model.transcript(start))
    assert theirs.who() == row.who, answer
    assert (answer["refused"] is not None) == (row.who is REFUSED)
    if row.who:
        assert theirs.roles == ours.roles


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_identity(row, make_workplace, model, probe):
    compare(row, make_workplace(model), model, probe)

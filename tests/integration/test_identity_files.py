"""What the shared files of AWS's tools mean, and empty words in them and in the environment: stackd
and botocore read them alike, or both refuse."""
import pytest
from identity_doubles import WEB_TOKEN, keys, role_arn
from test_identity_table import (
    BASE, CONF, ENV_KEYS, EXTERNAL, FILE, FROM_BASE, IMDS, LONG, MODE, ONE, OTHER,
    PROGRAM, REFUSED, SESSION, TOKEN, TWO, WEB, WEB_ENV, Row, at, chain, compare, process)

NO_REGION = {"AWS_DEFAULT_REGION": None}
KEYS = "[default]\n" + keys("AKIAFILE")
CONFIG_KEYS = "[default]\n" + keys("AKIACONF")
PRINTED = keys("ASIAPROC", "process")
INSTANCE_AT = "ec2_metadata_service_endpoint = http://{metadata}\n"
MIDDLE_INSTANCE = (f"[profile middle]\nrole_arn = {role_arn('one', 8)}\n"
                   "credential_source = Ec2InstanceMetadata\n")


def indented(text):
    return "".join(f"  {line}\n" for line in text.splitlines())


def home(name):
    """The file of another profile's keys in a place that a variable names."""
    return {"files": {name: "[default]\n" + keys("AKIAOTHER")}, "credentials": KEYS}


def ends(value):
    return process(f'{PRINTED[:-1]}, "Expiration": {value}}}')


FORM = [
    Row("comments on lines of their own", FILE, credentials="# one\n  ; two\n" + KEYS + "# three"),
    Row("no comment behind a region", REFUSED, {**ENV_KEYS, **NO_REGION},
        config="[default]\nregion = eu-west-1 # home\n"),
    Row("no comment behind a secret", REFUSED, credentials=KEYS.replace(
        "secret-of-AKIAFILE", "secret-of-AKIAFILE ; mine")),
    Row("no comment behind a profile's name", REFUSED,
        config=chain(FROM_BASE + " # keys") + BASE),
    Row("colons", FILE, credentials=KEYS.replace(" = ", ": ")),
    Row("lines of Windows", FILE, credentials=KEYS.replace("\n", "\r\n")),
    Row("a byte order mark", REFUSED, credentials="\ufeff" + KEYS),
    Row("quotes are part of a value", REFUSED, credentials=KEYS.replace(
        "secret-of-AKIAFILE", '"secret-of-AKIAFILE"')),
    Row("a section twice", REFUSED, credentials=KEYS + "[default]\nregion = eu-west-1\n"),
    Row("a key twice", REFUSED, credentials=KEYS + "aws_access_key_id = AKIAFILE\n"),
    Row("a key twice for somebody else", REFUSED, credentials=KEYS + "[x]\na = 1\nA = 1\n"),
    Row("a broken file beside the environment's keys", REFUSED, ENV_KEYS, config="[profile x\n"),
    Row("all indented", FILE, credentials=indented(KEYS)),
    Row("keys indented", FILE, credentials="[default]\n" + indented(keys("AKIAFILE"))),
    Row("a key that goes on with the other one", REFUSED, credentials=(
        "[default]\naws_access_key_id = AKIAFILE\n  aws_secret_access_key = secret-of-AKIAFILE\n")),
    Row("a region that goes on", REFUSED, {**ENV_KEYS, **NO_REGION},
        config="[default]\nregion = eu-west-1\n  output = json\n"),
    Row("a program's command that goes on", PROGRAM, **{**process(PRINTED), "config": (
        "[default]\ncredential_process = /bin/sh\n  \"{home}/a program.sh\"\n\n  'x y'\n")}),
    Row("nested values are no keys", REFUSED,
        config="[default]\ns3 =\n" + indented(keys("AKIACONF"))),
    Row("something behind a section", FILE, credentials=KEYS.replace("]", "] mine")),
    Row("blanks around a section", REFUSED, credentials=KEYS.replace("default", " default ")),
    Row("a profile in quotes", CONF, {"AWS_PROFILE": "a b"},
        config='[profile "a b"]\n' + keys("AKIACONF")),
    Row("with a backslash", CONF, {"AWS_PROFILE": "a b"},
        config="[profile a\\ b]\n" + keys("AKIACONF")),
    Row("with neither", REFUSED, {"AWS_PROFILE": "a b"},
        config="[profile a b]\n" + keys("AKIACONF")),
    Row("the later default", OTHER,
        config=CONFIG_KEYS + "[profile default]\n" + keys("AKIAOTHER")),
    Row("which has no keys", REFUSED, NO_REGION,
        config=CONFIG_KEYS + "[profile default]\nregion = eu-west-1\n"),
    Row("the credentials file's profile decides", at(FILE, "eu-north-1"), NO_REGION,
        config="[default]\nregion = eu-west-1\n", credentials=KEYS + "region = eu-north-1\n"),
    Row("a token in the other file", REFUSED, config="[default]\naws_session_token = x\n",
        credentials="[default]\n" + keys("ASIAENV").rpartition("aws_session")[0]),
]

EMPTY = [
    Row("an empty AWS_PROFILE", REFUSED, {"AWS_PROFILE": ""}, credentials=KEYS),
    Row("an empty AWS_DEFAULT_PROFILE", REFUSED, {"AWS_DEFAULT_PROFILE": "", "AWS_PROFILE": "base"},
        config=BASE),
    Row("an empty AWS_ACCESS_KEY_ID", FILE, {"AWS_ACCESS_KEY_ID": ""}, credentials=KEYS),
    Row("an empty AWS_SECURITY_TOKEN", SESSION, {
        **keys("ASIAENV", "environment"), "AWS_SECURITY_TOKEN": ""}),
    Row("an empty aws_security_token", REFUSED,
        credentials="[default]\n" + keys("ASIAENV") + "aws_security_token =\n"),
    Row("an empty region", REFUSED, {**ENV_KEYS, "AWS_DEFAULT_REGION": ""},
        config="[default]\nregion = eu-north-1\n"),
    Row("an empty aws_access_key_id", REFUSED, config=CONFIG_KEYS,
        credentials="[default]\naws_access_key_id =\naws_secret_access_key = x\n"),
    Row("an empty name of a file", REFUSED, {"AWS_SHARED_CREDENTIALS_FILE": ""}, credentials=KEYS),
    Row("no file at all", FILE, {"AWS_CONFIG_FILE": "/dev/null"}, config="x", credentials=KEYS),
    Row("a folder", FILE, {"AWS_CONFIG_FILE": "{home}"}, config="x", credentials=KEYS),
    Row("a file at home", OTHER, {"AWS_SHARED_CREDENTIALS_FILE": "~/mine"}, **home("mine")),
    Row("a file by a variable", OTHER, {"AWS_SHARED_CREDENTIALS_FILE": "$HOME/mine"},
        **home("mine")),
    Row("a file by a variable in braces", OTHER, {
        "AWS_SHARED_CREDENTIALS_FILE": "${HOME}/$mine"}, **home("$mine")),
    Row("an empty session name", ONE, config=chain(FROM_BASE, more="role_session_name =") + BASE),
    Row("an empty one of the environment", WEB, {**WEB_ENV, "AWS_ROLE_SESSION_NAME": ""},
        files=TOKEN),
    Row("an empty token file", REFUSED, {"AWS_WEB_IDENTITY_TOKEN_FILE": ""}, config=(
        f"[default]\nrole_arn = {role_arn('web', 9)}\nweb_identity_token_file = {{home}}/token\n"),
        files=TOKEN),
    Row("an empty program", REFUSED,
        config="[default]\ncredential_process =\n" + keys("AKIACONF")),
    Row("an empty device", REFUSED, config=chain(FROM_BASE, more="mfa_serial =") + BASE),
    Row("an empty external id", REFUSED,
        config=chain(FROM_BASE, "external", more="external_id =") + BASE),
    Row("an empty mode", REFUSED, {**IMDS, MODE: ""}),
    Row("an empty endpoint of the instance", REFUSED, {
        **IMDS, "AWS_EC2_METADATA_SERVICE_ENDPOINT": "", "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "0"},
        config="[default]\nec2_metadata_service_endpoint = http://{metadata}\n"),
]

ODD = [
    Row("a duration that is no number", ONE,
        config=chain(FROM_BASE, more="duration_seconds = 1h") + BASE),
    Row("a duration with a sign", LONG,
        config=chain(FROM_BASE, "long", more="duration_seconds = +7200") + BASE),
    Row("too short a duration", REFUSED,
        config=chain(FROM_BASE, more="duration_seconds = 100") + BASE),
    Row("SSO that lacks its account", FILE, config="[default]\nsso_start_url = https://x\n",
        credentials=KEYS),
    Row("SSO with no more than its account", REFUSED,
        config="[default]\nsso_account_id = 111111111111\n", credentials=KEYS),
    Row("a token with a line break", REFUSED, WEB_ENV, files={"token": WEB_TOKEN + "\n"}),
    Row("keys of a role's source before its own role", ONE, config=(
        chain("source_profile = middle") + f"[profile middle]\nrole_arn = {role_arn('two', 9)}\n"
        f"{FROM_BASE}\n" + keys("AKIACONF") + BASE)),
    Row("a circle of two", REFUSED, config=(
        chain("source_profile = other") + f"[profile other]\nrole_arn = {role_arn('one', 8)}\n"
        "source_profile = default\n")),
    Row("a role's words in both files", EXTERNAL, config=chain(
        FROM_BASE, "closed", more="external_id = outside/7") + BASE,
        credentials=f"[default]\nrole_arn = {role_arn('external', 8)}\n"),
    Row("an end that is a number", REFUSED, **ends("3786912000")),
    Row("an end that is empty", REFUSED, **ends('""')),
    Row("an end without a zone", REFUSED, **ends('"2090-01-01T00:00:00"')),
    Row("an end in another zone", PROGRAM, **ends('"2090-01-01T00:00:00+01:00"')),
    Row("the last of two members", PROGRAM, **process(
        PRINTED.replace("{", '{"AccessKeyId": "AKIANOBODY", ', 1))),
    Row("where the instance is, the chosen profile says", TWO, {"AWS_EC2_METADATA_DISABLED": None},
        config=chain("source_profile = middle", "two", 9, INSTANCE_AT) + MIDDLE_INSTANCE),
    Row("not one on the way", REFUSED, {"AWS_EC2_METADATA_DISABLED": None}, config=chain(
        "source_profile = middle", "two", 9,
        "ec2_metadata_service_endpoint = http://127.0.0.1:1") + MIDDLE_INSTANCE + INSTANCE_AT),
    Row("attempts that are no number", REFUSED, {
        **IMDS, "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "x"}),
]
ROWS = FORM + EMPTY + ODD
assert len({row.sentence for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_files(row, make_workplace, model, probe):
    compare(row, make_workplace(model), model, probe)

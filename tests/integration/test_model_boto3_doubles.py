"""boto3 calls what stands around CloudFormation in the model: STS's roles and S3's objects."""
import datetime
import hashlib
import time
import urllib.error
import urllib.request

import pytest
from model_server import ACCOUNT, REGION, WAIT_S
from test_model_boto3 import Match, refused

ROLE = "arn:aws:iam::222222222222:role/deploy"
WEB_ROLE = "arn:aws:iam::333333333333:role/web"
TEMPLATE = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'


def big_template(size):
    """One of so many bytes, which no TemplateBody may have."""
    return TEMPLATE[:-1] + " " * (size - len(TEMPLATE)) + "}"


@pytest.fixture(name="roles")
def fixture_roles(model):
    model.scenario(roles=[
        {"arn": ROLE, "principals": [ACCOUNT], "external_id": "x1", "duration": 7200},
        {"arn": ROLE + "-short", "expires_in_ms": 300},
        {"arn": WEB_ROLE, "web_identity_token": "header.payload.signature"}])
    return model


@pytest.fixture(name="buckets")
def fixture_buckets(model):
    model.scenario(
        accounts=[{"access_key": "AKIAFOREIGN", "secret_key": "s", "account": "222222222222"}],
        buckets=[{"name": "templates", "account": ACCOUNT, "region": REGION},
                 {"name": "far-away", "account": ACCOUNT, "region": "us-east-1"}])
    return model


def assume(model, role=ROLE, session="me", **more):
    return model.client("sts").assume_role(RoleArn=role, RoleSessionName=session, **more)


def client_of(model, reply, service="sts", **more):
    keys = reply["Credentials"]
    return model.client(service, keys["AccessKeyId"], keys["SecretAccessKey"],
                        token=keys["SessionToken"], **more)


def test_assume_role(roles):
    before = datetime.datetime.now(datetime.timezone.utc)
    reply = assume(roles, ExternalId="x1", DurationSeconds=900)
    assert reply["AssumedRoleUser"] == {
        "AssumedRoleId": "AROAMODELMODELMODEL01:me",
        "Arn": "arn:aws:sts::222222222222:assumed-role/deploy/me"}
    assert reply["Credentials"]["AccessKeyId"] == Match("ASIA[A-Z2-7]{16}")
    assert 890 < (reply["Credentials"]["Expiration"] - before).total_seconds() < 905
    identity = client_of(roles, reply).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (
        "222222222222", reply["AssumedRoleUser"]["Arn"])
    stacks = client_of(roles, reply, "cloudformation")
    stack_id = stacks.create_stack(StackName="app", TemplateBody=TEMPLATE)["StackId"]
    assert ":222222222222:stack/app/" in stack_id
    assert assume(roles, ExternalId="x1")["Credentials"]["AccessKeyId"] != \
        reply["Credentials"]["AccessKeyId"]


def test_a_role_that_is_refused(roles):
    sts = roles.client("sts")
    said = (f"User: arn:aws:iam::{ACCOUNT}:user/model is not authorized to perform: "
            f"sts:AssumeRole on resource: {ROLE}")
    assert refused(sts.assume_role, RoleArn=ROLE, RoleSessionName="me") == ("AccessDenied", said)
    assert refused(sts.assume_role, RoleArn=ROLE, RoleSessionName="me", ExternalId="x1",
                   DurationSeconds=7201)[0] == "ValidationError"


def test_a_sessions_token_is_checked(roles):
    keys = assume(roles, ExternalId="x1")["Credentials"]
    for token in (None, "another-token"):
        client = roles.client("sts", keys["AccessKeyId"], keys["SecretAccessKey"], token=token)
        assert refused(client.get_caller_identity)[0] == "InvalidClientTokenId"
    client = roles.client("sts", keys["AccessKeyId"], "wrong", token=keys["SessionToken"])
    assert refused(client.get_caller_identity)[0] == "SignatureDoesNotMatch"


def test_a_sessions_keys_expire(roles):
    reply = assume(roles, ROLE + "-short")
    time.sleep(0.3)
    for service, call in (("sts", "get_caller_identity"), ("cloudformation", "describe_stacks")):
        assert refused(getattr(client_of(roles, reply, service), call)) == (
            "ExpiredToken", "The security token included in the request is expired")


def test_a_web_identity(roles):
    botocore = pytest.importorskip("botocore")
    sts = roles.client("sts", signature_version=botocore.UNSIGNED)
    reply = sts.assume_role_with_web_identity(
        RoleArn=WEB_ROLE, RoleSessionName="me", WebIdentityToken="header.payload.signature")
    assert reply["Provider"] == Match("arn:aws:iam::.*")
    assert client_of(roles, reply).get_caller_identity()["Account"] == "333333333333"
    assert refused(sts.assume_role_with_web_identity, RoleArn=WEB_ROLE, RoleSessionName="me",
                   WebIdentityToken="header.payload.forged")[0] == "InvalidIdentityToken"
    assert refused(sts.assume_role_with_web_identity, RoleArn=ROLE, RoleSessionName="me",
                   WebIdentityToken="header.payload.signature")[0] == "AccessDenied"
    assert refused(sts.get_caller_identity)[0] == "MissingAuthenticationToken"


@pytest.mark.parametrize("key", ["a.json", "stackd/0123/Template of ours+ä.json"])
def test_objects(buckets, key):
    s3 = buckets.client("s3", s3={"addressing_style": "path"})
    body = big_template(60000).encode()
    tag = s3.put_object(Bucket="templates", Key=key, Body=body, ExpectedBucketOwner=ACCOUNT)["ETag"]
    entry = buckets.ledger()[-1]
    assert (entry["action"], entry["bucket"], entry["key"], entry["size"], entry["digest"]) == (
        "PutObject", "templates", key, len(body), hashlib.sha256(body).hexdigest())
    head = s3.head_object(Bucket="templates", Key=key)
    assert (head["ContentLength"], head["ETag"]) == (len(body), tag)
    assert s3.get_object(Bucket="templates", Key=key)["Body"].read() == body


def test_objects_that_are_refused(buckets):
    s3 = buckets.client("s3", s3={"addressing_style": "path"})
    asked = {"Bucket": "templates", "Key": "k"}
    assert refused(s3.get_object, **asked) == ("NoSuchKey", "The specified key does not exist.")
    assert refused(s3.head_object, **asked)[0] == "404"
    assert refused(s3.put_object, Bucket="none", Key="k", Body=b"")[0] == "NoSuchBucket"
    assert refused(s3.put_object, **asked, Body=b"", ExpectedBucketOwner="222222222222") == (
        "AccessDenied", "Access Denied")
    for keys, code in ((("AKIANOBODY", "s"), "InvalidAccessKeyId"),
                       (("AKIAFOREIGN", "wrong"), "SignatureDoesNotMatch"),
                       (("AKIAFOREIGN", "s"), "AccessDenied")):
        other = buckets.client("s3", *keys, s3={"addressing_style": "path"})
        assert refused(other.put_object, **asked, Body=b"")[0] == code
    buckets.scenario(skew_ms=20 * 60 * 1000)
    assert refused(s3.get_object, **asked)[0] == "RequestTimeTooSkewed"
    assert buckets.ledger() == []


def test_a_bucket_elsewhere(buckets):
    asked = {"Bucket": "far-away", "Key": "k", "Body": b"x"}
    s3 = buckets.client("s3", s3={"addressing_style": "path"})
    assert refused(s3.put_object, **asked) == (
        "AuthorizationHeaderMalformed", "The authorization header is malformed; the region "
        f"'{REGION}' is wrong; expecting 'us-east-1'")
    s3 = buckets.client("s3", region="us-east-1", s3={"addressing_style": "path"})
    s3.put_object(**asked)
    assert buckets.ledger()[-1]["region"] == "us-east-1"


def test_what_was_signed_is_what_comes(buckets):
    """The digest in the header is checked against the body."""
    auth = pytest.importorskip("botocore.auth")
    awsrequest = pytest.importorskip("botocore.awsrequest")
    credentials = pytest.importorskip("botocore.credentials")
    keys = credentials.Credentials("AKIAFOREIGN", "s")
    request = awsrequest.AWSRequest(
        "PUT", f"{buckets.endpoint}/templates/k", data=b"one", headers={"Host": buckets.address})
    auth.S3SigV4Auth(keys, "s3", REGION).add_auth(request)
    sent = urllib.request.Request(request.url, method="PUT", data=b"two",
                                  headers=dict(request.headers))
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(sent, timeout=WAIT_S)
    assert b"XAmzContentSHA256Mismatch" in caught.value.read()


@pytest.mark.parametrize("start", [
    f"https://s3.{REGION}.amazonaws.com/templates/",
    f"https://templates.s3.{REGION}.amazonaws.com/",
    "https://templates.s3.amazonaws.com/", "{endpoint}/templates/"])
def test_a_template_by_its_url(buckets, start):
    body = big_template(600 * 1024)
    buckets.client("s3", s3={"addressing_style": "path"}).put_object(
        Bucket="templates", Key="t/1.json", Body=body.encode())
    url = start.format(endpoint=buckets.endpoint) + "t/1.json"
    cfn = buckets.client()
    cfn.create_stack(StackName="app", TemplateURL=url)
    assert cfn.get_template_summary(TemplateURL=url)["ResourceTypes"] == ["AWS::SNS::Topic"]
    cfn.create_change_set(StackName="app", ChangeSetName="cs", TemplateURL=url)
    assert "didn't contain changes" in cfn.describe_change_set(
        StackName="app", ChangeSetName="cs")["StatusReason"]
    assert refused(cfn.create_stack, StackName="b", TemplateURL=url + "x")[1].startswith(
        "S3 error: The specified key does not exist.")

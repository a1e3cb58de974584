"""config/manifest.schema.json, for editors: it says what stackd says of the same file."""
import json
import pathlib
import subprocess

import pytest
import yaml
from model_server import BUILD, WAIT_S

jsonschema = pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
CONFIG = pathlib.Path(__file__).resolve().parents[2] / "config"
STACKD = BUILD / "daemon" / "stackd"
TEMPLATE = ("template: {Parameters: {A: {Type: String, Default: x}}, "
            "Resources: {Q: {Type: AWS::SQS::Queue}}}\n")
TOPIC = "arn:aws:sns:eu-west-1:123456789012:"
ROLE = "arn:aws:iam::123456789012:role/path/a"
GOOD = [
    TEMPLATE,
    "template: |\n  Resources: {Q: {Type: AWS::SQS::Queue}}\n",
    TEMPLATE + "kind: cluster\nregion: us-gov-east-1\nstack-name: A-1\n",
    TEMPLATE + "cluster: base\nparents: [eu-west-1/net, other]\ndepends-on: []\n",
    TEMPLATE + "kind: service\ncluster: base\ndedicated: false\n",
    TEMPLATE + "capabilities: [CAPABILITY_IAM, CAPABILITY_AUTO_EXPAND]\n",
    TEMPLATE + "parameters: {A: 042}\n",
    TEMPLATE + "parameters: {A: true}\n",
    TEMPLATE + "parameters: {A: ''}\n",
    TEMPLATE + "parameters: {A: 'a,b'}\n",
    TEMPLATE + "parameters: {A: [a, 1, {output: b.C}]}\n",
    TEMPLATE + "parameters: {A: []}\n",
    TEMPLATE + "parameters: {A: {output: eu-west-1/b.C}}\n",
    TEMPLATE + "parameters: {}\n",
    TEMPLATE + "suspend: until Monday\n",
    TEMPLATE + "apply: auto\nguard: stateful\non-removal: keep\non-failure: rollback\n",
    TEMPLATE + "apply: never\nguard: none\non-removal: delete\non-failure: keep\n",
    TEMPLATE + "apply: approve\nguard: all\non-failure: delete\n",
    TEMPLATE + "follow-ssm: false\n",
    TEMPLATE + "follow-ssm: true\n",
    TEMPLATE + "dedicated: true\ncluster: alone\n",
    TEMPLATE + "tags: {}\n",
    TEMPLATE + "tags: {Team: web, cost center: 042, billed: yes, stackd:owned: x}\n",
    TEMPLATE + f"tags: {{{'ä' * 128}: {'ö' * 256}}}\n",
    TEMPLATE + "notification-arns: []\n",
    TEMPLATE + f"notification-arns: [{TOPIC}a, {TOPIC}b]\n",
    TEMPLATE + "termination-protection: true\n",
    TEMPLATE + "termination-protection: false\n",
    TEMPLATE + "stack-policy-file-path: p.json\n",
    TEMPLATE + "role-arn: arn:aws-cn:iam::123456789012:role/path/a\n",
    TEMPLATE + "timeout-in-minutes: 5\n",
    TEMPLATE + f"assume-role-arn: {ROLE}\n",
    TEMPLATE + f"assume-role-arn: {ROLE}\nexternal-id: stackd+us\n",
    TEMPLATE + f"assume-role-arn: {ROLE}\nexternal-id: 1234\n",
    "template-url: https://b-1.s3.eu-west-1.amazonaws.com/a/t.yaml\n",
    "template-url: https://s3.eu-west-1.amazonaws.com/b-1/t.yaml?versionId=3HL4kqtJ.v_\n",
    "template-url: https://s3.amazonaws.com/Old_Bucket/t\nparameters: {A: 1}\n",
    "template-url: https://b.c.d.s3.amazonaws.com/t\n",
    "template-url: https://b-1.s3-eu-west-1.amazonaws.com/%C3%A4\n",
    "template-url: https://s3-external-1.amazonaws.com/b-1/t\n",
    "template-url: https://b-1.s3-fips.dualstack.us-east-1.amazonaws.com/t\n",
    "template-url: https://b-1.s3.cn-north-1.amazonaws.com.cn/t\n",
    "template-url: https://s3.us-iso-east-1.c2s.ic.gov/b-1/t\n",
]
BAD = [
    "{}\n",
    "[]\n",
    "parameters: {A: 1}\n",
    TEMPLATE + "template-file-path: t.yaml\n",
    "template-file-path: ''\n",
    "template-file-path: folder/\n",
    "template-file-path: [t.yaml]\n",
    "template: [1]\n",
    "template:\n",
    TEMPLATE + "paramters: {}\n",
    TEMPLATE + "kind: Service\n",
    TEMPLATE + "kind: service\n",
    TEMPLATE + "kind: cluster\ncluster: base\n",
    TEMPLATE + "kind: stack\ndedicated: false\n",
    TEMPLATE + "dedicated: false\n",
    TEMPLATE + "stack-name: a_b\n",
    TEMPLATE + "stack-name: 1a\n",
    TEMPLATE + f"stack-name: {'a' * 129}\n",
    TEMPLATE + "region: Ireland\n",
    TEMPLATE + "region: eu-west\n",
    TEMPLATE + "cluster: ''\n",
    TEMPLATE + "cluster: [base]\n",
    TEMPLATE + "parents: base\n",
    TEMPLATE + "parents: [a, a]\n",
    TEMPLATE + "parents: [eu-west-1/a_b]\n",
    TEMPLATE + "depends-on: [somewhere/a]\n",
    TEMPLATE + "depends-on: {a: b}\n",
    TEMPLATE + "capabilities: CAPABILITY_IAM\n",
    TEMPLATE + "capabilities: [IAM]\n",
    TEMPLATE + "capabilities: [CAPABILITY_IAM, CAPABILITY_IAM]\n",
    TEMPLATE + "parameters: [A]\n",
    TEMPLATE + "parameters:\n",
    TEMPLATE + "parameters: {A: }\n",
    TEMPLATE + "parameters: {A: [x, ]}\n".replace("x, ", "x, ~"),
    TEMPLATE + "parameters: {A: ['a,b']}\n",
    TEMPLATE + "parameters: {A: [[a]]}\n",
    TEMPLATE + "parameters: {A: {}}\n",
    TEMPLATE + "parameters: {A: {outputs: a.B}}\n",
    TEMPLATE + "parameters: {A: {output: a}}\n",
    TEMPLATE + "parameters: {A: {output: a.B, file: x}}\n",
    TEMPLATE + "parameters: {A: {credential: a/b}}\n",
    TEMPLATE + "parameters: {A: {environment: a=b}}\n",
    TEMPLATE + "parameters: {A: {file: ''}}\n",
    TEMPLATE + "suspend: ''\n",
    TEMPLATE + "suspend: true\n",
    TEMPLATE + "tags: [a]\n",
    TEMPLATE + "tags:\n",
    TEMPLATE + "tags: {a: ''}\n",
    TEMPLATE + "tags: {a: ~}\n",
    TEMPLATE + "tags: {a: [b]}\n",
    TEMPLATE + "tags: {'': b}\n",
    TEMPLATE + "tags: {aws:a: b}\n",
    TEMPLATE + "tags: {Aws:a: b}\n",
    TEMPLATE + "tags: {stackd:owner: b}\n",
    TEMPLATE + f"tags: {{{'a' * 129}: b}}\n",
    TEMPLATE + f"tags: {{a: {'b' * 257}}}\n",
    TEMPLATE + "tags: {" + ", ".join(f"t{i}: x" for i in range(50)) + "}\n",
    TEMPLATE + f"notification-arns: {TOPIC}a\n",
    TEMPLATE + "notification-arns: [a]\n",
    TEMPLATE + "notification-arns: [arn:aws:sqs:eu-west-1:123456789012:a]\n",
    TEMPLATE + f"notification-arns: [{TOPIC}a, {TOPIC}a]\n",
    TEMPLATE + "notification-arns: [" + ", ".join(f"{TOPIC}{i}" for i in range(6)) + "]\n",
    TEMPLATE + "termination-protection: maybe\n",
    TEMPLATE + "stack-policy-file-path: ''\n",
    TEMPLATE + "stack-policy-file-path: folder/\n",
    TEMPLATE + "role-arn: a\n",
    TEMPLATE + "role-arn: arn:aws:iam::123456789012:user/a\n",
    TEMPLATE + "assume-role-arn: arn:aws:iam::123456789012:user/a\n",
    TEMPLATE + "assume-role-arn: [a]\n",
    TEMPLATE + "external-id: abc\n",
    TEMPLATE + f"assume-role-arn: {ROLE}\nexternal-id: a\n",
    TEMPLATE + f"assume-role-arn: {ROLE}\nexternal-id: a b\n",
    TEMPLATE + f"assume-role-arn: {ROLE}\nexternal-id: [ab]\n",
    TEMPLATE + "template-url: https://b-1.s3.eu-west-1.amazonaws.com/t\n",
    "template-url: [https://b-1.s3.eu-west-1.amazonaws.com/t]\n",
    "template-url: http://b-1.s3.eu-west-1.amazonaws.com/t\n",
    "template-url: s3://b-1/t\n",
    "template-url: https://example.com/b-1/t\n",
    "template-url: https://s3.amazonaws.com.example.com/b-1/t\n",
    "template-url: https://ec2.eu-west-1.amazonaws.com/b-1/t\n",
    "template-url: https://b-1.s3-website-eu-west-1.amazonaws.com/t\n",
    "template-url: https://s3.amazonaws.com/t\n",
    "template-url: https://s3.amazonaws.com/b-1/\n",
    "template-url: https://b-1.s3.amazonaws.com/\n",
    "template-url: https://b-1.s3.amazonaws.com:443/t\n",
    "template-url: https://b-1.s3.amazonaws.com/t#x\n",
    "template-url: https://b-1.s3.amazonaws.com/a b\n",
    "template-url: https://b-1.s3.amazonaws.com/t?X-Amz-Signature=a\n",
    "template-url: https://b-1.s3.amazonaws.com/t?versionId=1&a=b\n",
    "template-url: https://b-1.s3.amazonaws.com/t?versionId=\n",
    "template-url: https://b-1.s3.amazonaws.com/" + "a" * 5100 + "\n",
    TEMPLATE + "timeout-in-minutes: 0\n",
    TEMPLATE + "timeout-in-minutes: 100000\n",
    TEMPLATE + "timeout-in-minutes: 5min\n",
    TEMPLATE + "on-failure: retain\n",
    TEMPLATE + "apply: later\n",
    TEMPLATE + "guard: some\n",
    TEMPLATE + "on-removal: drop\n",
    TEMPLATE + "dedicated: maybe\ncluster: base\n",
    TEMPLATE + "follow-ssm: 1\n",
]
ROWS = [(text, True) for text in GOOD] + [(text, False) for text in BAD]


@pytest.fixture(name="validator", scope="module")
def fixture_validator():
    schema = json.loads((CONFIG / "manifest.schema.json").read_text())
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema)


@pytest.mark.parametrize("text,good", ROWS)
def test_what_the_schema_says(validator, text, good):
    assert validator.is_valid(yaml.safe_load(text)) is good


def test_what_stackd_says(tmp_path):
    if not STACKD.exists():
        pytest.skip(f"{STACKD} is not built (STACKD_BUILD={BUILD})")
    for number, (text, _) in enumerate(ROWS):
        (tmp_path / f"m{number}.yaml").write_text(text)
    (tmp_path / "p.json").write_text("{}")
    reply = subprocess.run(
        [STACKD, "--check", tmp_path], env={"AWS_REGION": "eu-west-1"}, timeout=WAIT_S,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    faults = [line for line in reply.stdout.splitlines() if not line.endswith(" (warning)")]
    refused = {number for number in range(len(ROWS))
               if any(f"m{number}.yaml:" in line for line in faults)}
    wrong = [text for number, (text, good) in enumerate(ROWS) if (number in refused) is good]
    assert wrong == [], reply.stdout


def test_examples(validator):
    examples = sorted((CONFIG / "examples").glob("*.yaml"))
    assert examples
    for path in examples:
        assert list(validator.iter_errors(yaml.safe_load(path.read_text()))) == [], path

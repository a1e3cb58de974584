"""stackd --check reads everything offline: faults by file, line and column, the good ones all the
same. And what the command lines of stackd and stackctl are: help, versions, wrong usage."""
import json
import os
import re
import subprocess

import pytest
from model_server import BUILD, WAIT_S

STACKD = BUILD / "daemon" / "stackd"
STACKCTL = BUILD / "daemon" / "stackctl"
TEMPLATE = """\
Parameters:
  Size: {Type: String}
  Count: {Type: Number, Default: 1}
Resources:
  Queue: {Type: 'AWS::SQS::Queue'}
Outputs:
  Url: {Value: !Ref Queue}
"""
GOOD = {
    "good-one.yaml": "kind: cluster\ntemplate-file-path: templates/queue.yaml\n"
                     "parameters: {Size: 1}\n",
    "good-two.json": '{"template-file-path": "templates/queue.yaml",'
                     ' "parameters": {"Size": "x", "Count": 042}}'.replace("042", "42"),
    "good-three.yml": "kind: service\ncluster: good-one\nparents: [eu-west-1/vpc]\n"
                      "template-file-path: templates/queue.yaml\n",
}
HEAD = "template-file-path: templates/queue.yaml\n"
# name, text, where the fault is, what is said of it
BROKEN = [
    ("unknown-key.yaml", HEAD + "paramters: {Size: 1}\n", "2:1", "did you mean 'parameters'"),
    ("list.yaml", HEAD + "parents: {a: b}\n", "2:10", "found a map"),
    ("kind.yaml", HEAD + "kind: sirvice\n", "2:7", "sirvice"),
    ("stack-name.yaml", HEAD + "stack-name: my_stack\n", "2:13", "my_stack"),
    ("no-cluster.yaml", "kind: service\n" + HEAD, "1:7", "cluster"),
    ("no-service.yaml", HEAD + "kind: stack\ncluster: good-one\n", "3:1", "cluster"),
    ("nothing.yaml", HEAD + "parameters:\n  Size:\n", "3:", "Size"),
    ("tilde.yaml", HEAD + "parameters: {Size: ~}\n", "2:20", "Size"),
    ("comma.yaml", HEAD + "parameters:\n  Size: ['a,b']\n", "3:10", "comma"),
    ("source.yaml", HEAD + "parameters:\n  Size: {outputs: a.B}\n", "3:10", "'output'"),
    ("duplicate.yaml", HEAD + "kind: stack\nkind: stack\n", "3:1", "kind"),
    ("alias.yaml", HEAD + "parameters:\n  Size: &a 1\n", "3:9", "anchor"),
    ("syntax.yaml", HEAD + "parameters: {Size: 1\n", "3:1", ""),
    ("tab.yaml", HEAD + "parameters:\n\tSize: 1\n", "3:1", "tab"),
    ("json.json", '{"template-file-path": "templates/queue.yaml",\n "parameters": }', "2:16", ""),
    ("role.yaml", HEAD + "parameters: {Size: 1}\n"
     "assume-role-arn: arn:aws:iam::123456789012:user/a\n", "3:18", "the ARN of an IAM role"),
    ("external.yaml", HEAD + "parameters: {Size: 1}\nexternal-id: abc\n", "3:1",
     "assume-role-arn"),
    ("url.yaml", "template-url: https://example.com/b-1/t.yaml\n", "1:15", "an object in S3"),
    ("signed.yaml", "template-url: https://b-1.s3.amazonaws.com/t?X-Amz-Signature=a\n", "1:15",
     "versionId"),
    ("two-templates.yaml", HEAD + "template-url: https://b-1.s3.amazonaws.com/t\n", "2:1",
     "expected one of them"),
    ("large.yaml", "template-file-path: templates/large.yaml\n", "1:21",
     "expected at most 51200 without 'TemplateBucket='"),
    ("largest.yaml", "template-file-path: templates/largest.yaml\n", "1:21", "1048576"),
    ("apply.yaml", HEAD + "parameters: {Size: 1}\napply: nevr\n", "3:8", "did you mean 'never'"),
    ("owner.yaml", HEAD + "parameters: {Size: 1}\ntags: {stackd:owner: me}\n", "3:8", "Owner="),
    ("policy.yaml", HEAD + "parameters: {Size: 1}\nstack-policy-file-path: templates/bad.json\n",
     "3:25", "templates/bad.json:2:4: "),
    ("no-policy.yaml", HEAD + "parameters: {Size: 1}\nstack-policy-file-path: policies/none.json\n",
     "3:25", "can't read the stack policy policies/none.json: No such file"),
    ("alone.yaml", HEAD + "parameters: {Size: 1}\ncluster: good-one\ndedicated: true\n", "4:12",
     "good-three.yml"),
    ("no-template.yaml", "parameters: {Size: 1}\n", "1:1", "template"),
    ("missing-template.yaml", "template-file-path: templates/none.yaml\n", "1:21", "No such file"),
    ("undeclared.yaml", HEAD + "parameters: {Size: 1, Sise: 2}\n", "2:23", "Sise"),
    ("not-given.yaml", HEAD + "parameters: {Count: 1}\n", "1:", "Size"),
    ("circle.yaml", HEAD + "parents: [circle]\n", "2:11", "circle"),
    ("bad-template.yaml", "template-file-path: templates/bad.json\n", "1:21",
     ": templates/bad.json:2:4: "),
    ("encoding.yaml", b"template-file-path: \xff\n", "1:21", "UTF-8"),
    ("twin.yaml", HEAD + "parameters: {Size: 1}\nstack-name: twins\n", "3:13", "twins"),
    ("twin-two.yaml", HEAD + "parameters: {Size: 1}\nstack-name: twins\n", "3:13", "twins"),
]


def run(program, *arguments, **environment):
    if not program.exists():
        pytest.skip(f"{program} is not built")
    kept = {name: os.environ[name] for name in (
        "PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
    return subprocess.run(
        [program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False,
        env={**kept, "HOME": "/nonexistent", **environment}, timeout=WAIT_S)


def check(folder, *arguments):
    ended = run(STACKD, "--check", str(folder), *arguments)
    assert ended.stderr == b""
    return ended.returncode, ended.stdout.decode()


@pytest.fixture(name="folder")
def fixture_folder(tmp_path):
    """A folder with three good manifests."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/queue.yaml").write_text(TEMPLATE)
    for name, size in ("large", 51200), ("largest", 1024 * 1024):
        (tmp_path / f"templates/{name}.yaml").write_text(
            TEMPLATE.replace("Size: {Type: String}", "") + "#" * size)
    (tmp_path / "templates/bad.json").write_text('{"Resources":\n  {]}')
    (tmp_path / "stackd.conf").write_text("[AWS]\nRegion=eu-west-1\n")
    for name, text in GOOD.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def write(path, text):
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_good_manifests(folder):
    assert check(folder) == (0, f"{folder}: 3 manifests, all good\n")


OPTIONS = """\
tags: {Team: web, Cost: 042}
notification-arns: [arn:aws:sns:eu-west-1:123456789012:ops]
role-arn: arn:aws:iam::123456789012:role/deploy
termination-protection: true
stack-policy-file-path: policies/web.json
timeout-in-minutes: 30
on-failure: keep
apply: approve
guard: all
on-removal: delete
follow-ssm: true
"""


def test_everything_a_manifest_may_say(folder):
    (folder / "policies").mkdir()
    (folder / "policies/web.json").write_text('{"Statement": []}')
    (folder / "everything.yaml").write_text(HEAD + "parameters: {Size: 1}\n" + OPTIONS)
    (folder / "alone.yaml").write_text(
        HEAD + "parameters: {Size: 1}\ncluster: eu-west-1/other\ndedicated: true\n")
    (folder / "stackd.conf").write_text(
        "[AWS]\nRegion=eu-west-1\n[Policy]\nApply=never\nGuard=none\nOnRemoval=delete\n"
        "Owner=me\nAdopt=tagged\nRecreateFailed=no\nContinueRollback=no\nMaxRemovals=3\n"
        "RemovalDelay=1h\n[Control]\nSocket=/run/other.sock\n")
    assert check(folder) == (0, f"{folder}: 5 manifests, all good\n")
    (folder / "policies/web.json").write_text(json.dumps({"Statement": ["x" * 16384]}))
    status, printed = check(folder)
    assert status == 1
    assert faults(printed, "everything.yaml", "7:25", "at most 16384 bytes"), printed


def test_accounts(folder):
    """The same name in another account is another stack; two roles of one account lead to one."""
    role = "assume-role-arn: arn:aws:iam::%s:role/%s\n"
    text = HEAD + "parameters: {Size: 1}\nstack-name: web\n"
    (folder / "own.yaml").write_text(text)
    (folder / "one.yaml").write_text(text + role % ("1" * 12, "a") + "external-id: stackd+us\n")
    (folder / "two.yaml").write_text(text + role % ("2" * 12, "a"))
    assert check(folder) == (0, f"{folder}: 6 manifests, all good\n")
    (folder / "three.yaml").write_text(text + role % ("1" * 12, "b"))
    status, printed = check(folder)
    assert status == 1
    said = "the stack web in eu-west-1 of account 111111111111 is also what "
    assert faults(printed, "one.yaml", "3:13", said + "three.yaml"), printed
    assert faults(printed, "three.yaml", "3:13", said + "one.yaml"), printed
    assert printed.endswith("7 manifests, 5 good, 2 faulty\n")


def test_a_template_behind_a_url(folder):
    """Its parameters can't be checked, and that is said."""
    (folder / "url.yaml").write_text(
        "template-url: https://b-1.s3.eu-west-1.amazonaws.com/t.yaml\nparameters: {Any: 1}\n")
    note = ("url.yaml:1:15: the template behind 'template-url:' is not read offline: the "
            "parameters are not checked against it")
    assert check(folder) == (0, f"{note} (warning)\n{folder}: 4 manifests, all good\n")
    status, printed = check(folder, "--json")
    assert (status, json.loads(printed)["warnings"]) == (0, [note])


def test_a_large_template(folder):
    """It is good where there is a bucket that it can go through."""
    (folder / "large.yaml").write_text("template-file-path: templates/large.yaml\n")
    (folder / "stackd.conf").write_text(
        "[AWS]\nRegion=eu-west-1\nTemplateBucket=cfn-{account}-{region}\n")
    assert check(folder) == (0, f"{folder}: 4 manifests, all good\n")


def test_a_cluster_of_ones_own(folder):
    """The same stack, however the other manifest writes it; that one stays good."""
    (folder / "alone.yaml").write_text(
        HEAD + "parameters: {Size: 1}\ncluster: main\ndedicated: true\n")
    (folder / "main.yaml").write_text(HEAD + "parameters: {Size: 1}\nstack-name: prod\n"
                                      "kind: cluster\n")
    assert check(folder)[0] == 0
    (folder / "web.yaml").write_text(HEAD + "parameters: {Size: 1}\ncluster: eu-west-1/prod\n")
    status, printed = check(folder)
    assert status == 1
    assert printed == (
        "alone.yaml:4:12: found 'dedicated: true', but the cluster 'main' is also that of "
        "web.yaml: give this service a cluster of its own, move the others to another, or remove "
        f"'dedicated:'\n{folder}: 6 manifests, 5 good, 1 faulty\n")


def test_a_task_without_a_role(folder):
    """A warning with its place in the template, once, also where two services use it."""
    (folder / "templates/web.yaml").write_text(
        "Resources:\n  Task:\n    Type: AWS::ECS::TaskDefinition\n  Own:\n"
        "    Type: AWS::ECS::TaskDefinition\n    Properties: {TaskRoleArn: !Ref Role}\n")
    for name in "web", "shop":
        (folder / f"{name}.yaml").write_text(
            "template-file-path: templates/web.yaml\ncluster: good-one\n")
    said = ("task definition Task has no TaskRoleArn: its containers share the rights of the "
            "cluster's instances with all other services; give it a role of its own")
    assert check(folder) == (0, f"templates/web.yaml:2:3: {said} (warning)\n"
                             f"{folder}: 5 manifests, all good\n")
    status, printed = check(folder, "--json")
    assert status == 0
    assert json.loads(printed)["warnings"] == [f"templates/web.yaml:2:3: {said}"]


def faults(printed, name, place, said):
    return [line for line in printed.splitlines()
            if line.startswith(f"{name}:{place}") and said in line]


@pytest.mark.parametrize("name, text, place, said", [
    row for row in BROKEN if not row[0].startswith("twin")], ids=lambda value: str(value)[:20])
def test_a_broken_manifest(folder, name, text, place, said):
    """It is named with its place, and the three others are good."""
    write(folder / name, text)
    status, printed = check(folder)
    assert status == 1
    assert faults(printed, name, place, said), printed
    assert printed.endswith(f"{folder}: 4 manifests, 3 good, 1 faulty\n")
    for line in printed.splitlines()[:-1]:
        assert re.match(rf"{name}:\d+:\d+: \S", line)


def test_all_broken_manifests_together(folder):
    for name, text, _, _ in BROKEN:
        write(folder / name, text)
    status, printed = check(folder)
    assert status == 1
    assert [name for name, _, *wanted in BROKEN if not faults(printed, name, *wanted)] == []
    assert printed.endswith(
        f"{folder}: {3 + len(BROKEN)} manifests, 3 good, {len(BROKEN)} faulty\n")

    status, printed = check(folder, "--json")
    told = json.loads(printed)
    assert status == 1
    assert told["good"] == ["good-one", "good-three", "good-two"]
    assert sorted(told["frozen"]) == sorted(name.rpartition(".")[0] for name, *_ in BROKEN)
    assert len(told["problems"]) >= len(BROKEN)


def test_faulty_settings(folder):
    (folder / "stackd.conf").write_text("[AWS]\nRegion=eu-west-1\n[Reconcile]\nIntervall=5\n")
    status, printed = check(folder)
    assert status == 1
    assert printed.startswith(f"{folder}/stackd.conf:4: ")
    assert "did you mean 'Interval'" in printed
    other = folder / "other.conf"
    other.write_text("[AWS]\nRegion=eu-west-1\n")
    ended = run(STACKD, "--check", "--directory", str(folder), "--config", str(other))
    assert ended.returncode == 0
    ended = run(STACKD, "--check", "--directory", str(folder), "--config", "/nonexistent")
    assert ended.returncode == 1
    assert b"/nonexistent: No such file" in ended.stdout


def test_no_folder(tmp_path):
    status, printed = check(tmp_path / "none")
    assert status == 1
    assert printed.startswith(f"{tmp_path}/none: No such file or directory\n")


def test_the_region_of_the_profile(folder):
    """stackd.conf names no region, the profile that it names has one."""
    (folder / "stackd.conf").write_text("[AWS]\nProfile=ops\n")
    (folder / "aws").write_text("[profile ops]\nregion = eu-west-3\n")
    status, printed = check(folder)
    assert status == 1
    assert "region" in printed
    ended = run(STACKD, "--check", str(folder), AWS_CONFIG_FILE=str(folder / "aws"),
                AWS_SHARED_CREDENTIALS_FILE="/nonexistent")
    assert ended.returncode == 0, ended.stdout


def test_names_cannot_steer_the_terminal(folder):
    (folder / "a\x1b[31m\n.yaml").write_text("kind: 7\n")
    status, printed = check(folder)
    assert status == 1
    assert "\x1b" not in printed
    assert "a [31m .yaml:1:7: " in printed


def test_help_and_versions():
    ended = run(STACKD, "--help")
    assert (ended.returncode, ended.stderr) == (0, b"")
    for option in ("--check", "--plan", "--once", "--json", "--directory", "--config", "--state",
                   "--timeout", "--version"):
        assert option.encode() in ended.stdout
    ended = run(STACKD, "--version")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert re.match(rb"stackd \d+\.\d+\.\d+\nlibcurl 7\.|stackd \d+\.\d+\.\d+\nlibcurl 8\.",
                    ended.stdout)
    for library in (b"libmicrohttpd", b"libuv", b"OpenSSL", b"cJSON", b"libyaml", b"expat",
                    b"libsystemd"):
        assert library in ended.stdout
    for program in (STACKD, STACKCTL):
        assert run(program, "--version").stdout.splitlines()[0].endswith(
            run(STACKD, "--version").stdout.splitlines()[0].split()[-1])
    assert b"render" in run(STACKCTL, "--help").stdout


@pytest.mark.parametrize("arguments, said", [
    (["--chekc"], "did you mean 'check'"),
    (["-x"], "'-x'"),
    (["--json=yes", "--plan"], "expected no value"),
    (["--config"], "--config needs a value"),
    (["--directory", ""], "empty path"),
    (["--plan", "--once"], "expected one"),
    (["--once", "--timeout", "soon"], "'soon'"),
    (["--timeout", "5s"], "--timeout is for"),
    (["--json"], "--json is for"),
    (["run"], "'run'"),
    (["--check", "a", "b"], "'b'"),
    (["--check", "--directory", "a", "b"], "expected one folder"),
    (["--check", "a\x1b\n", "b\x1b\n"], "'b  '"),
], ids=lambda value: " ".join(value).encode("unicode_escape").decode()
    if isinstance(value, list) else "")
def test_wrong_usage(arguments, said):
    ended = run(STACKD, *arguments)
    assert (ended.returncode, ended.stdout) == (64, b"")
    assert said in ended.stderr.decode()
    assert "\x1b" not in ended.stderr.decode()


@pytest.mark.parametrize("arguments", [
    [], ["rendr", "x"], ["render"], ["render", "a", "b"], ["--verbose"]],
    ids=lambda value: " ".join(value))
def test_wrong_usage_of_stackctl(arguments):
    ended = run(STACKCTL, *arguments)
    assert (ended.returncode, ended.stdout) == (64, b"")
    assert ended.stderr.startswith(b"stackctl: ")


def test_render(tmp_path):
    plain = tmp_path / "plain.yaml"
    plain.write_bytes(b"# a comment\r\nResources: {A: {Type: 'AWS::SNS::Topic'}}   \n\n")
    ended = run(STACKCTL, "render", str(plain))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, plain.read_bytes(), b"")
    plain.write_text("Resources: [\n")
    ended = run(STACKCTL, "render", str(plain))
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert ended.stderr.startswith(f"stackctl: {plain}:2:1: ".encode())
    ended = run(STACKCTL, "render", str(tmp_path / "none.yaml"))
    assert ended.returncode == 1
    assert ended.stderr == f"stackctl: {tmp_path}/none.yaml: No such file or directory\n".encode()


@pytest.mark.parametrize("name", [
    "hubot/ecs-cluster-stack.json", "hubot/tatsu-hubot-stack.json", "autostacker24/comments.json",
    "autostacker24/expressions.yaml", "autostacker24/userdata.yaml", "autostacker24/plain.yaml"])
def test_render_the_seed(shared, name):
    """What the gem prints, member for member; without its marker byte for byte."""
    path = shared / "seed" / name
    ended = run(STACKCTL, "render", str(path))
    assert (ended.returncode, ended.stderr) == (0, b"")
    if name.endswith("plain.yaml"):
        assert ended.stdout == path.read_bytes()
        return
    assert json.loads(ended.stdout) == json.loads(path.with_suffix(".expected").read_text())

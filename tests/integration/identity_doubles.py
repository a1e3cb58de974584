"""What the tables of identities and endpoints stand on: botocore beside stackd, a proxy that sees
where either would go, and the model's accounts, roles and metadata.

    Probe     botocore, asked for one environment after the other
    Proxy     an HTTP proxy that notes what is asked of it, and refuses
    Look      what stackd and botocore sent, as the model saw it
"""
import json
import re
import socketserver
import subprocess
import threading

from model_server import ROOT, WAIT_S

PROBE = ROOT / "tests/integration/botocore_probe.py"
TEMPLATE = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'


def account(access_key, number, token=None):
    """Keys of the model's; their secrets are made of their names, to be searched for."""
    made = {"access_key": access_key, "secret_key": f"secret-of-{access_key}",
            "account": str(number) * 12}
    return {**made, "session_token": f"token-of-{access_key}"} if token else made


ACCOUNTS = [
    account("AKIAENV", 1), account("ASIAENV", 1, token=True), account("AKIAFILE", 2),
    account("AKIACONF", 3), account("AKIAOTHER", 4), account("ASIAPROC", 5, token=True),
    account("ASIAIMDS", 6, token=True), account("ASIATASK", 7, token=True)]
# How whatever the model makes up begins: session tokens, secret keys, tokens for metadata.
MADE_UP = re.compile(rb"IQoJb3JpZ2luX2VjE//|model/[0-9a-f]{32}|AQAEA[0-9a-f-]{36}")
SECRETS = [value for keys in ACCOUNTS for name, value in keys.items()
           if name in ("secret_key", "session_token")]


def role_arn(name, number):
    return f"arn:aws:iam::{str(number) * 12}:role/{name}"


WEB_TOKEN = "head.web-identity-payload.signature"
ROLES = [
    {"arn": role_arn("one", 8), "access_key": "ASIAROLEONE"},
    {"arn": role_arn("two", 9), "access_key": "ASIAROLETWO", "principals": [role_arn("one", 8)]},
    {"arn": role_arn("external", 8), "access_key": "ASIAROLEEXT", "external_id": "outside/7"},
    {"arn": role_arn("long", 8), "access_key": "ASIAROLELONG", "duration": 7200},
    {"arn": role_arn("closed", 8), "access_key": "ASIAROLECLOSED", "principals": ["123"]},
    {"arn": role_arn("web", 9), "access_key": "ASIAROLEWEB", "web_identity_token": WEB_TOKEN}]
METADATA = {"role": "instance-role", "access_key": "ASIAIMDS"}
CONTAINERS = [
    {"path": "/task", "access_key": "ASIATASK"},
    {"path": "/closed", "access_key": "ASIATASK", "authorization": "Bearer container-word"},
    {"path": "/failed", "access_key": "ASIATASK", "code": "Failed"}]


def keys(access_key, kind="profile"):
    """As lines of a file, as an environment, or as a program prints them."""
    found = next(row for row in ACCOUNTS if row["access_key"] == access_key)
    token = found.get("session_token")
    if kind == "process":
        return json.dumps({"Version": 1, "AccessKeyId": access_key, "SessionToken": token,
                           "SecretAccessKey": found["secret_key"]})
    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    pairs = dict(zip(names, (access_key, found["secret_key"], token)))
    if kind == "environment":
        return {name.upper(): value for name, value in pairs.items() if value}
    return "".join(f"{name} = {value}\n" for name, value in pairs.items() if value)


class Probe:
    def __init__(self):
        self.process = subprocess.Popen(
            ["/usr/bin/python3", str(PROBE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, start_new_session=True)  # without a terminal, where it could ask

    def ask(self, environment, profile=None, model=None, endpoint=None, sts=False):
        self.process.stdin.write(json.dumps({
            "environment": environment, "profile": profile, "model": model, "endpoint": endpoint,
            "sts": sts}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(WAIT_S)
        self.process.stdout.close()


class Proxy(socketserver.ThreadingTCPServer):
    """Its `asked` are the first lines of requests: "CONNECT host:443"."""
    daemon_threads = True

    def __init__(self):
        self.asked = []
        super().__init__(("127.0.0.1", 0), Refusal)
        self.address = "127.0.0.1:{}".format(self.server_address[1])
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def take(self):
        """What was asked since the last time, each once."""
        found, self.asked = self.asked, []
        return sorted(set(found))

    def close(self):
        self.shutdown()
        self.server_close()


class Refusal(socketserver.StreamRequestHandler):
    def handle(self):
        first = self.rfile.readline(8192).decode(errors="replace").split()
        while self.rfile.readline(8192).strip():
            pass
        self.server.asked.append(" ".join(first[:2]))
        self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n"
                         b"Connection: close\r\n\r\n")


class Look:
    """What one of the two sent between two moments."""

    def __init__(self, lines):
        self.calls = {(line["access_key"], line["account"], line["region"], line["host"])
                      for line in lines if line["service"] == "cloudformation" and not line["code"]}
        self.roles = [self.role(line) for line in lines if line["action"].startswith("AssumeRole")]
        self.hosts = {line["host"] for line in lines if line["service"] == "cloudformation"}
        self.lines = lines

    @staticmethod
    def role(line):
        fields = line["fields"]
        name = fields.get("RoleSessionName", "")
        return (line["action"], line["access_key"], line["region"], fields.get("RoleArn"),
                fields.get("ExternalId"), fields.get("DurationSeconds"),
                name if name.startswith("named-") else "any", line["code"])

    def who(self):
        """Access key, account, region; None where nothing was answered."""
        assert len({call[:3] for call in self.calls}) <= 1, self.calls
        return next(iter(self.calls))[:3] if self.calls else None

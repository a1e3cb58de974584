"""stackd at work in tests: a folder of manifests, a folder for its memory, the model it calls.

    Workplace   the folders; writes manifests and settings, runs stackd's one-shot modes
    Daemon      a running stackd: its lines on stderr, what it tells the service manager
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import threading

from model_server import BUILD, KEY, REGION, SECRET, WAIT_S

STACKD = BUILD / "daemon" / "stackd"
STACKCTL = BUILD / "daemon" / "stackctl"
CEILING_S = 120
AT_ONCE_S = 15  # a request that hangs takes 30 s: who waits for it, takes longer
# As fast as a test wants it; the model has its own schedule.
SETTINGS = {
    "AWS": {"Region": REGION},
    "Reconcile": {
        "Interval": "200ms", "PollInterval": "20ms", "QuietTime": "20ms", "RevertDelay": "300ms",
        "ReadRate": "1000", "WriteRate": "1000", "RetryMin": "20ms", "RetryMax": "200ms"}}
# The process's number stays what it is, so stderr has levels as under systemd; the program begins
# when its standard input ends.
STARTER = 'SYSTEMD_EXEC_PID=$$ && export SYSTEMD_EXEC_PID && read -r _; exec "$@"'

# What an update of ours is made of, as the model accepts it.
UPDATE = ["CreateChangeSet", "ExecuteChangeSet"]

# A cluster whose output changes in place with its parameter, and a service that needs it.
CLUSTER_TEMPLATE = """\
Parameters:
  Size: {Type: String, Default: small}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Ref Size}
Outputs:
  Size: {Value: !Ref Size}
"""
SERVICE_TEMPLATE = """\
Parameters:
  Size: {Type: String}
  Version: {Type: String}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !Sub "${Version} on ${Size}"}
"""
SECRET_TEMPLATE = """\
Parameters:
  Word: {Type: String, NoEcho: true}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Word}}
"""


def manifest(template, parameters=None, **keys):
    """A manifest as JSON, which is YAML as well."""
    return json.dumps({"template-file-path": template, "parameters": parameters or {}, **keys})


def surroundings(model, home, **more):
    """An environment of its own: nothing of the machine's leads stackd astray."""
    kept = {name: os.environ[name] for name in (
        "PATH", "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ}
    return {**kept, "HOME": str(home), "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": model.endpoint, "AWS_EC2_METADATA_DISABLED": "true", **more}


class Daemon:
    """A running stackd, from its start on."""

    def __init__(self, command, environment):
        self.changed = threading.Condition()
        self.lines, self.notes = [], []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("")  # a name in the abstract space, of the kernel's choice
        name = "@" + self.socket.getsockname().decode()[1:]
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", STARTER, "stackd", *command], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            env={**environment, "NOTIFY_SOCKET": name})
        self.threads = [threading.Thread(target=self.read_lines, daemon=True),
                        threading.Thread(target=self.read_notes, daemon=True)]
        for thread in self.threads:
            thread.start()

    def read_lines(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip("\n"))
                self.changed.notify_all()

    def read_notes(self):
        while note := self.socket.recv(4096):
            with self.changed:
                self.notes += note.decode().splitlines()
                self.changed.notify_all()

    def said(self):
        return "\n".join(["stackd said:", *self.lines, "and to the service manager:", *self.notes])

    def wait(self, condition, what, within_s=WAIT_S):
        """Until something that it said makes a condition true; gives what the condition gave."""
        with self.changed:
            self.changed.wait_for(lambda: condition() or self.process.poll() is not None, within_s)
            found = condition()
        assert found, f"{what}: not within {within_s} s, or it ended\n{self.said()}"
        return found

    def line(self, pattern, start=0):
        """Waits for a line that a pattern is found in, from line number `start` on."""
        return self.wait(lambda: next(
            (line for line in self.lines[start:] if re.search(pattern, line)), None), pattern)

    def note(self, pattern, start=0):
        """The same of what it tells the service manager: a whole VARIABLE=VALUE."""
        return self.wait(lambda: next(
            (note for note in self.notes[start:] if re.fullmatch(pattern, note)), None), pattern)

    def ready(self):
        self.note("READY=1")
        return self

    def status(self, pattern, within_s=WAIT_S):
        """Waits until the newest STATUS matches."""
        def newest():
            found = [note for note in self.notes if note.startswith("STATUS=")]
            return found and re.fullmatch(pattern, found[-1].partition("=")[2])
        return self.wait(newest, pattern, within_s)

    def in_sync(self, count, within_s=WAIT_S):
        self.status(f"{count} stacks?: {count} in sync", within_s)

    def send(self, number):
        self.process.send_signal(number)

    def reload(self):
        """SIGHUP; waits until it is ready again."""
        seen = len(self.notes)
        self.send(signal.SIGHUP)
        self.note("RELOADING=1", seen)
        self.note("READY=1", seen)

    def end(self):
        """Waits for its end; gives the exit status."""
        status = self.process.wait(WAIT_S)
        self.threads[0].join(WAIT_S)
        return status

    def stop(self, number=signal.SIGTERM):
        """Unless it has ended; gives the exit status. It waits for nothing that is on its way."""
        if self.process.poll() is None:
            self.send(number)
        status = self.process.wait(AT_ONCE_S)
        self.threads[0].join(WAIT_S)
        return status

    def close(self):
        """After the test: a daemon that nobody ended ends well."""
        running = self.process.poll() is None
        try:
            status = self.stop()
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise AssertionError(f"SIGTERM did not end it\n{self.said()}") from None
        finally:
            self.socket.shutdown(socket.SHUT_RDWR)
            self.threads[1].join(WAIT_S)
            self.socket.close()
        assert not running or status == 0, f"exit status {status}\n{self.said()}"


class Workplace:
    """Folders of its own under `home`, with settings that lead to a model."""

    def __init__(self, home, model, **environment):
        self.home, self.model = pathlib.Path(home), model
        self.folder, self.state = self.home / "manifests", self.home / "state"
        self.environment = surroundings(model, self.home, **environment)
        self.socket = self.home / "stackd.sock"
        self.printed, self.daemons = [], []
        self.secrets = [SECRET]  # what must not be seen anywhere
        self.folder.mkdir(parents=True)
        self.settings()

    def settings(self, **changed):
        """Writes stackd.conf: what tests want, and a section's keys on top (AWS={...})."""
        lines = []
        usual = {**SETTINGS, "Control": {"Socket": self.socket}}
        for section in dict.fromkeys([*usual, *changed]):
            lines.append(f"[{section}]")
            values = {**usual.get(section, {}), **changed.get(section, {})}
            lines += [f"{key}={value}" for key, value in values.items()]
        self.write("stackd.conf", "\n".join(lines) + "\n")

    def write(self, name, text):
        """A file of the folder, replaced at once as editors do."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.parent / f".{path.name}.tmp"
        beside.write_text(text)
        beside.rename(path)

    def remove(self, name):
        (self.folder / name).unlink()

    def town(self, size="small", version="1"):
        """The cluster and its service."""
        self.write("templates/cluster.yaml", CLUSTER_TEMPLATE)
        self.write("templates/service.yaml", SERVICE_TEMPLATE)
        self.cluster(size)
        self.service(version)

    def cluster(self, size):
        self.write("town.yaml", manifest("templates/cluster.yaml", {"Size": size}, kind="cluster"))

    def service(self, version):
        self.write("shop.yaml", manifest(
            "templates/service.yaml", {"Version": version}, cluster="town"))

    def command(self, *arguments):
        return [str(STACKD), "--directory", str(self.folder), "--state", str(self.state),
                *arguments]

    def run(self, *arguments):
        """Runs to its end; gives status, stdout, stderr."""
        ended = subprocess.run(
            self.command(*arguments), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", env=self.environment, timeout=CEILING_S, check=False)
        self.printed += [ended.stdout, ended.stderr]
        return ended

    def stackctl(self, *arguments, status=0, options=()):
        """Asks the daemon; gives what it printed: on stdout if it was done, else on stderr."""
        ended = subprocess.run(
            [str(STACKCTL), *arguments, "--socket", str(self.socket), *options],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, env=self.environment,
            timeout=CEILING_S, check=False)
        self.printed += [ended.stdout, ended.stderr]
        assert ended.returncode == status, f"{ended.stdout}\n{ended.stderr}"
        assert not (ended.stdout and ended.stderr)
        return ended.stdout + ended.stderr

    def once(self, *arguments, status=0):
        ended = self.run("--once", "--timeout", f"{CEILING_S // 2}s", *arguments)
        assert ended.returncode == status, f"{ended.stdout}\n{ended.stderr}"
        assert "not done within" not in ended.stderr, f"{ended.stdout}\n{ended.stderr}"
        return ended

    def plan(self, *arguments):
        """--plan, and that it changes nothing: neither in AWS nor in the memory."""
        seen, memory = self.model.mark(), self.memory()
        ended = self.run("--plan", *arguments)
        assert self.model.writes(seen) == []
        assert self.memory() == memory
        return ended

    def killed(self, kind, skip, *arguments):
        """Runs until the model kills it at one of its requests, or to its end; gives the status."""
        with subprocess.Popen(
                ["/bin/sh", "-c", STARTER, "stackd", *self.command(*arguments)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                errors="replace", env=self.environment) as process:
            self.model.scenario(faults=[
                {"kind": kind, "skip": skip, "access_key": KEY, "pid": process.pid}])
            self.printed.append(process.communicate(timeout=CEILING_S)[0])
        self.model.scenario(clear=True)
        return process.returncode

    def daemon(self, *arguments):
        self.daemons.append(Daemon(self.command(*arguments), self.environment))
        return self.daemons[-1]

    def memory(self):
        """The files of the memory by name, with what is in them."""
        return {str(path.relative_to(self.state)): path.read_bytes()
                for path in sorted(self.state.rglob("*")) if path.is_file()}

    def forget(self):
        """The memory is lost."""
        shutil.rmtree(self.state)

    def everything_said(self):
        return "\n".join(self.printed + [
            line for daemon in self.daemons for line in [*daemon.lines, *daemon.notes]])

    def close(self):
        """Ends what runs. Secrets were not said, nor written down, nor is the memory for others."""
        for daemon in self.daemons:
            daemon.close()
        seen = self.everything_said().encode() + b"".join(self.memory().values())
        assert [secret for secret in self.secrets if secret.encode() in seen] == []
        assert [path for path in [self.state, *self.state.rglob("*")]
                if path.exists() and path.stat().st_mode & 0o077] == []

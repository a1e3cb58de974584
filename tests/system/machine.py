"""A booted systemd in a container: this machine's /usr with stackd installed over it, an /etc and a
/var of its own that begin empty, and this machine's network."""
import json
import os
import pathlib
import subprocess
import time

BOOT_S = 120  # what takes longer hangs
BOOTED = {"running", "degraded"}
OPTIONS = ["--quiet", "--directory=/", "--boot", "--volatile=yes", "--register=no", "--keep-unit",
           "--console=pipe", "--resolv-conf=off"]


class Machine:
    """`place`: a folder for it; `installed`: where stackd was installed (DESTDIR)."""

    def __init__(self, place, installed):
        self.settings = place / "etc-stackd"   # /etc/stackd
        self.defaults = place / "etc-default"  # /etc/default
        self.settings.mkdir()
        self.defaults.mkdir()
        self.name = f"stackd-{os.getpid()}"
        self.said = place / "boot.log"
        self.installed = installed
        self.process = self.leader = None

    def boot(self):
        # /etc/ssl is what --volatile=yes leaves away, and libcurl asks for.
        folders = [f"--overlay-ro=/usr:{self.installed}/usr:/usr",
                   f"--bind={self.settings}:/etc/stackd",
                   f"--bind-ro={self.defaults}:/etc/default", "--bind-ro=/etc/ssl"]
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                ["systemd-nspawn", *OPTIONS, f"--machine={self.name}", *folders,
                 "systemd.mask=systemd-firstboot.service"],
                stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        self.leader = self.wait(self.find_leader)
        self.wait(lambda: self.run("systemctl", "is-system-running").stdout.strip() in BOOTED)

    def wait(self, condition):
        end = time.monotonic() + BOOT_S
        while not (found := condition()):
            assert self.process.poll() is None, f"did not boot: {self.said.read_text()}"
            assert time.monotonic() < end, f"not up within {BOOT_S} s: {self.said.read_text()}"
            time.sleep(0.02)
        return found

    def find_leader(self):
        """The container's process 1 is nspawn's child, once it is systemd."""
        children = pathlib.Path(
            f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            try:
                if pathlib.Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                    return child
            except OSError:
                pass  # it was another one, and has ended
        return None

    def run(self, *command, text=True):
        """Runs a command inside."""
        return subprocess.run(
            ["nsenter", "--target", self.leader, "--mount", "--uts", "--ipc", "--net", "--pid",
             "--cgroup", "--", *command],
            stdin=subprocess.DEVNULL, capture_output=True, text=text, timeout=BOOT_S,
            check=False)

    def good(self, *command):
        ended = self.run(*command)
        assert ended.returncode == 0, f"{command}: {ended.stdout}{ended.stderr}{self.journal()}"
        return ended.stdout

    def show(self, *names):
        """Properties of the unit."""
        printed = self.good("systemctl", "show", "stackd", f"--property={','.join(names)}")
        return dict(line.split("=", 1) for line in printed.splitlines())

    def journal(self):
        return self.run("journalctl", "--unit=stackd", "--no-pager", "--output=short").stdout

    def messages(self, *matches):
        """What the journal has of the unit, message by message."""
        printed = self.good("journalctl", "--unit=stackd", "--output=json", *matches)
        return [json.loads(line) for line in printed.splitlines()]

    def write(self, name, text):
        """A file in /etc/stackd, replaced at once; everybody may read it."""
        path = self.settings / name
        path.parent.mkdir(exist_ok=True)
        beside = path.parent / f".{path.name}.tmp"
        beside.write_text(text)
        beside.chmod(0o644)
        beside.rename(path)

    def power_off(self):
        if not self.process:
            return
        if self.leader:
            self.run("systemctl", "poweroff", "--force")
        try:
            self.process.wait(BOOT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

"""What people see of stackd, and what they tell it: tables, held reasons, stackctl."""
import re
import subprocess

from model_server import BUILD, WAIT_S

STACKCTL = BUILD / "daemon" / "stackctl"
APPROVE = r"; approve with: stackctl approve (\S+) ([0-9a-f]{12})"


def rows(printed):
    """A table's lines as (action, manifest, reason)."""
    found = []
    for line in printed.splitlines():
        match = re.fullmatch(r"  (in sync|\w+) +(\S+)(?: \(\S+\))?(?: {4,}(.*))?", line)
        assert match, f"not a row: {line!r}"
        found.append((match[1], match[2], match[3] or ""))
    return found


def table(ended):
    """What --plan or --once printed, as {manifest: (action, reason)}."""
    return {stack: (action, reason) for action, stack, reason in rows(ended.stdout)}


def planned(place, stack):
    """What --plan says of one manifest: (action, reason)."""
    return table(place.plan())[stack]


def settle(place, **sections):
    """The settings of a place where commands are listened to, with a section's keys on top."""
    socket = {"Socket": place.home / "stackd.sock", **sections.pop("Control", {})}
    place.settings(Control=socket, **sections)


def stackctl(place, *arguments, status=0):
    """Runs stackctl on the daemon of the place; gives what it said."""
    ended = subprocess.run(
        [str(STACKCTL), "--socket", str(place.home / "stackd.sock"), *arguments],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, env=place.environment,
        timeout=WAIT_S, check=False)
    place.printed += [ended.stdout, ended.stderr]
    assert ended.returncode == status, f"{ended.stdout}\n{ended.stderr}"
    return ended.stdout + ended.stderr


def digest_of(reason, stack):
    """The digest that a held change is approved with, from its reason."""
    found = re.search(APPROVE + "$", reason)
    assert found and found[1] == stack, f"no way to approve {stack}: {reason!r}"
    return found[2]


def asked(daemon, stack, start=0):
    """Waits until a daemon asks for an approval; gives the reason without that, and the digest."""
    line = daemon.line(rf"^<4>{stack}: held: .*{APPROVE}$", start)
    reason = line.partition(": held: ")[2]
    return re.sub(APPROVE + "$", "", reason), digest_of(reason, stack)

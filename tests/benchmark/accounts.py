"""Many accounts and regions in one daemon; some of them are denied, mute or throttled."""
import contextlib
import pathlib
import re
import tempfile
import time

from model_server import ACCOUNT, INSTANT, KEY, REGION, SECRET, Model
from workplace import Workplace, manifest

ACCOUNTS = [f"{number:02}" * 6 for number in range(11, 23)]
REGIONS = [REGION, "eu-north-1", "us-west-2", "us-east-1"]
STACKS = 20  # in each region of each account
DENIED, THROTTLED, MUTE = ACCOUNTS[-1], ACCOUNTS[-2], REGIONS[-1]
CEILING_S = 300
LIMIT = 1.2  # times as long as alone
TEMPLATE = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
FAULTS = [{"kind": "denied", "access_key": f"ASIA{DENIED}", "count": 0},
          {"kind": "throttle", "access_key": f"ASIA{THROTTLED}", "count": 0},
          {"kind": "hang", "region": MUTE, "count": 0}]


def is_well(account, region):
    """Nothing is wrong with it beside the faults."""
    return account not in (DENIED, THROTTLED) and region != MUTE


EVERYWHERE = [(account, region) for account in ACCOUNTS for region in REGIONS]
WELL = [place for place in EVERYWHERE if is_well(*place)]


def role_arn(account):
    return f"arn:aws:iam::{account}:role/deploy"


@contextlib.contextmanager
def workplace(places):
    """A model with all roles, and the manifests of these places."""
    with tempfile.TemporaryDirectory() as folder:
        model = Model()
        model.scenario(
            accounts=[{"access_key": KEY, "secret_key": SECRET, "account": ACCOUNT}],
            roles=[{"arn": role_arn(account), "access_key": f"ASIA{account}"}
                   for account in ACCOUNTS],
            options={"check_signature": True, "schedule": INSTANT})
        place = Workplace(folder, model)
        place.write("stackd.conf", f"[AWS]\nRegion={REGION}\n[Control]\nSocket={place.socket}\n")
        for account, region in places:
            for number in range(STACKS):
                place.write(f"{account}-{region}-{number:02}.json", manifest_of(account, region,
                                                                                number))
        place.write("templates/topic.json", TEMPLATE)
        try:
            yield place, model
        finally:
            place.close()
            model.stop()


def manifest_of(account, region, number):
    return manifest("templates/topic.json", region=region, **{
        "stack-name": f"s-{account}-{region}-{number:02}", "assume-role-arn": role_arn(account)})


def wait_created(daemon, places, began):
    """Until it has said so of all stacks of these places; seconds since the beginning."""
    wanted = {f"{account}-{region}-{number:02}" for account, region in places
              for number in range(STACKS)}
    seen = 0
    while wanted:
        assert time.monotonic() < began + CEILING_S, f"{len(wanted)} are not created"
        assert daemon.process.poll() is None, daemon.said()[-3000:]
        time.sleep(0.05)
        with daemon.changed:
            lines, seen = daemon.lines[seen:], len(daemon.lines)
        for line in lines:
            found = re.match(r"<5>(\S+) \(\S+\): created", line)
            if found:
                wanted.discard(found[1])
    return time.monotonic() - began


def used(daemon):
    """Seconds of the processor, and MiB of memory at most."""
    process = pathlib.Path(f"/proc/{daemon.process.pid}")
    fields = (process / "stat").read_text().rsplit(")", 1)[1].split()
    peak = (process / "status").read_text().split("VmHWM:")[1].split()[0]
    return (int(fields[11]) + int(fields[12])) / 100, int(peak) / 1024


def run(places, awaited, faults=()):
    """Seconds until the awaited places are done, and what the daemon used until then."""
    with workplace(places) as (place, model):
        model.scenario(faults=list(faults))
        began = time.monotonic()
        daemon = place.daemon()
        seconds = wait_created(daemon, awaited, began)
        processor_s, peak_mib = used(daemon)
        failed = [line for line in daemon.lines if line.startswith("<3>")]
        assert not failed, failed[:3]
        model.scenario(clear=True)
        daemon.stop()
    return seconds, processor_s, peak_mib


def measure_accounts(results):
    count = len(EVERYWHERE) * STACKS
    seconds, processor_s, peak_mib = run(EVERYWHERE, EVERYWHERE)
    results.add("accounts_all_s", f"{count} stacks of {len(ACCOUNTS)} accounts created", seconds,
                "s")
    results.add("accounts_cpu_s", "processor time for it", processor_s, "s")
    results.add("accounts_rss_mib", "memory for it, at most", peak_mib, "MiB")
    alone_s, _, _ = run(WELL, WELL)
    beside_s, processor_s, _ = run(EVERYWHERE, WELL, FAULTS)
    results.add("accounts_alone_s", f"the {len(WELL) * STACKS} that are well, alone", alone_s, "s")
    results.add("accounts_beside_s", "beside those that are denied, mute, throttled", beside_s,
                "s", round(LIMIT * alone_s, 3))
    results.add("accounts_beside_cpu_s", "processor time for it", processor_s, "s")

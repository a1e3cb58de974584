"""What the tests of the booted system share: one machine and one model of CloudFormation."""
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "integration")]

from machine import Machine  # noqa: E402
from model_server import (  # noqa: E402
    ACCOUNT, BUILD, INSTANT, KEY, REGION, SECRET, Model)

SETTINGS = """\
[Reconcile]
Interval=200ms
PollInterval=20ms
QuietTime=20ms
"""


def reason_to_skip():
    if os.geteuid() != 0:
        return "a container needs root"
    for tool in ("systemd-nspawn", "nsenter"):
        if not shutil.which(tool):
            return f"{tool} is not installed"
    return None


@pytest.fixture(name="model", scope="module")
def fixture_model():
    model = Model()
    model.scenario(accounts=[{"access_key": KEY, "secret_key": SECRET, "account": ACCOUNT}],
                   options={"check_signature": True, "schedule": INSTANT})
    yield model
    model.stop()


@pytest.fixture(name="installed", scope="module")
def fixture_installed(tmp_path_factory):
    """What `meson install` puts where."""
    reason = reason_to_skip()
    if reason:
        pytest.skip(reason)
    place = tmp_path_factory.mktemp("installed")
    subprocess.run(["meson", "install", "-C", str(BUILD), "--no-rebuild", "--quiet",
                    f"--destdir={place}"], stdin=subprocess.DEVNULL, check=True)
    assert (place / "usr/bin/stackd").exists() and (
        place / "usr/lib/systemd/system/stackd.service").exists(), (
        f"{BUILD} is not configured with --prefix=/usr "
        "-Dsystemdsystemunitdir=/usr/lib/systemd/system")
    return place


@pytest.fixture(name="machine", scope="module")
def fixture_machine(tmp_path_factory, installed, model):
    """Booted; stackd's folder has settings only."""
    machine = Machine(tmp_path_factory.mktemp("machine"), installed)
    (machine.defaults / "stackd").write_text(
        f"AWS_REGION={REGION}\nAWS_ACCESS_KEY_ID={KEY}\nAWS_SECRET_ACCESS_KEY={SECRET}\n"
        f"AWS_ENDPOINT_URL={model.endpoint}\n")
    (machine.defaults / "stackd").chmod(0o600)
    machine.write("stackd.conf", SETTINGS)
    try:
        machine.boot()
        yield machine
    finally:
        machine.power_off()

"""A daemon that sees a name server which never answers; only one region's host has an address.

Both are mounted over the machine's own files, for that daemon alone.
"""
import shlex
import socket
import subprocess

from model_server import REGION
from workplace import Daemon

SERVER = "127.0.0.77"
FILES = ("resolv.conf", "hosts")


def may_unshare():
    return subprocess.run(["unshare", "--mount", "true"], stderr=subprocess.DEVNULL,
                          check=False).returncode == 0


class BlackHole:
    """The name server, and what a place's daemons need to see it."""

    def __init__(self, place):
        self.place = place
        self.server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.server.bind((SERVER, 53))
        texts = (f"nameserver {SERVER}\n", f"127.0.0.1 localhost {REGION}.model.test\n")
        for name, text in zip(FILES, texts):
            (place.home / name).write_text(text)
        port = place.model.address.rpartition(":")[2]
        self.endpoint = f"http://{{region}}.model.test:{port}"  # for EndpointUrl=

    def daemon(self):
        mounts = " && ".join(f"mount --bind {shlex.quote(str(self.place.home / name))} /etc/{name}"
                             for name in FILES)
        self.place.daemons.append(Daemon(
            ["unshare", "--mount", "/bin/sh", "-c", f'{mounts} && exec "$@"', "stackd",
             *self.place.command()], self.place.environment))
        return self.place.daemons[-1]

    def asked(self):
        """The next question that it was asked and did not answer."""
        self.server.settimeout(1)
        return self.server.recv(512)

    def close(self):
        self.server.close()

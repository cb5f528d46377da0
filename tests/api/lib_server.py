"""A server to ask: `tripline serve` on a free port of 127.0.0.1."""

import contextlib
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TRIPLINE = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/tripline"


@contextlib.contextmanager
def serving(catalog=None):
    """The root address and the process of a server over a catalogue, or over the starter."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "XDG_DATA_HOME": home}
        environment.pop("TRIPLINE_CATALOG", None)
        command = [TRIPLINE, "serve", "--addr", f"127.0.0.1:{port}"]
        command += ["--catalog", catalog] if catalog else []
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, env=environment, **quiet) as server:
            try:
                root = f"http://127.0.0.1:{port}"
                wait(root, server)
                yield root, server
            finally:
                server.terminate()


def wait(root, server):
    for _ in range(300):
        if server.poll() is not None:
            sys.exit("the server ended")
        try:
            return urllib.request.urlopen(f"{root}/", timeout=5).read()
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not answer")

#!/usr/bin/env python3
"""Asks the API what its own OpenAPI document says can be asked, and checks every answer against it.

Starts `tripline serve` over the starter catalogue on a free port of 127.0.0.1 and runs schemathesis
(tests/api/requirements.txt) with a fixed seed and a bounded number of examples.
"""

import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TRIPLINE = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/tripline"
EXAMPLES = "25"


def main():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    schemathesis = shutil.which("schemathesis", path=os.path.dirname(sys.executable)) or "schemathesis"
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "XDG_DATA_HOME": home}
        environment.pop("TRIPLINE_CATALOG", None)
        command = [TRIPLINE, "serve", "--addr", f"127.0.0.1:{port}"]
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as server:
            try:
                document = f"http://127.0.0.1:{port}/api/v1/openapi.json"
                wait(document, server)
                result = subprocess.run(
                    [schemathesis, "run", document, "--seed", "20261121", "--max-examples", EXAMPLES,
                     "--phases", "examples,coverage,fuzzing", "--exclude-checks", "unsupported_method",
                     "--workers", "2", "--no-color"],
                    cwd=home, env=environment, timeout=600, check=False)
            finally:
                server.terminate()
    sys.exit(result.returncode)


def wait(address, server):
    for _ in range(200):
        if server.poll() is not None:
            sys.exit("the server ended")
        try:
            return urllib.request.urlopen(address, timeout=5).read()
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not answer")


if __name__ == "__main__":
    main()

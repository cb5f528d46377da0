"""Where the oracles find what they compare: the built examples and the corpora."""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CORPORA = ROOT.parent / "shared" / "corpora"


def corpus(name):
    """A corpus folder; the script ends, well, when it is not there."""
    folder = CORPORA / name
    if not folder.is_dir():
        print(f"skipped: {folder} is missing")
        sys.exit(0)
    return folder


def example(name):
    """A release example of tripline-languages."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    path = ROOT / target / "release" / "examples" / name
    if not path.is_file():
        sys.exit(f"{path} is missing: cargo build --release -p tripline-languages --examples")
    return path


def run(name, arguments=(), requests=None):
    """The lines of JSON that an example answers to lines of JSON."""
    text = None if requests is None else "".join(json.dumps(request) + "\n" for request in requests)
    command = [example(name), *arguments]
    out = subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in out.stdout.splitlines()]

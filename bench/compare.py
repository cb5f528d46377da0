#!/usr/bin/env python3
"""Times Tripline's stages, and its reading of rules side by side with other tools.

Everything runs in this one call, alternating between the tools, because machines are noisy; the
best and the median of the rounds are printed. Needs a release build, ../shared/corpora, and for
the comparisons `rsigma` 0.23 on PATH (or --rsigma) and a Python with `eql` and `pysigma`
(`./test oracles` makes one in .venv).

    bench/compare.py [--rounds 5] [--rsigma PATH] [--save]
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
CORPORA = SHARED / "corpora"
SIGMA = ["rules", "rules-emerging-threats", "rules-threat-hunting", "rules-placeholder",
         "rules-compliance"]

EQL = """
import sys, tomllib, pathlib, time, eql
texts = []
for folder in sys.argv[1:]:
    for path in sorted(pathlib.Path(folder).rglob("*.toml")):
        if "_deprecated" in path.parts: continue
        rule = tomllib.loads(path.read_text("utf-8"))["rule"]
        if rule.get("type") == "eql": texts.append(rule["query"])
start = time.perf_counter()
from eql.parser import (elasticsearch_syntax, allow_sample, allow_runs, allow_negation,
                        ignore_missing_functions)
with elasticsearch_syntax, allow_sample, allow_runs, ignore_missing_functions, allow_negation:
    for text in texts: eql.parse_query(text)
print(len(texts), time.perf_counter() - start)
"""

PYSIGMA = """
import sys, pathlib, time
from sigma.collection import SigmaCollection
texts = [p.read_text("utf-8") for folder in sys.argv[1:]
         for p in sorted(pathlib.Path(folder).rglob("*.yml"))]
start = time.perf_counter()
for text in texts: SigmaCollection.from_yaml(text, collect_errors=True)
print(len(texts), time.perf_counter() - start)
"""


def timed(command, **kwargs):
    """Wall seconds, peak resident megabytes and standard output of a command."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True, **kwargs) as process:
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return time.perf_counter() - start, usage.ru_maxrss / 1024, out, process.returncode


def machine():
    """What the figures were measured on."""
    model = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    return {"cpu": model, "cores": os.cpu_count(), "system": platform.platform()}


def commits():
    """Corpus name to upstream commit, from the manifest."""
    found, name = {}, None
    for line in (CORPORA / "MANIFEST.toml").read_text().splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "name":
            name = value.strip().strip('"')
        if key.strip() == "commit" and name:
            found[name] = value.strip().strip('"')
    return found


def cases(args, scratch):
    """Name to a function that runs once and returns seconds (and megabytes)."""
    tripline = str(args.tripline)
    catalog = scratch / "bench.db"
    touched = scratch / "corpora" / "sigma"
    target = next((touched / "rules").rglob("proc_creation_win_svchost*.yml"))

    def build_cold():
        catalog.unlink(missing_ok=True)
        seconds, memory, _, _ = timed([tripline, "build", str(CORPORA), "-o", str(catalog)])
        return seconds, memory

    def rebuild():
        target.write_text(target.read_text() + "# touched\n")
        command = [tripline, "build", str(scratch / "corpora"), "-o", str(scratch / "touched.db")]
        seconds, memory, _, _ = timed(command)
        return seconds, memory

    def technique():
        command = [tripline, "--catalog", str(catalog), "technique", "T1059.001", "--format",
                   "json"]
        seconds, memory, _, _ = timed(command)
        return seconds, memory

    sigma = [str(CORPORA / "sigma" / name) for name in SIGMA]
    elastic = [str(CORPORA / "elastic" / name) for name in ("rules", "rules_building_block")]
    found = {
        "build everything, cold": build_cold,
        "rebuild after touching one rule": rebuild,
        "open and answer T1059.001": technique,
        "read SigmaHQ: tripline check": lambda: timed([tripline, "check", "--quiet", *sigma])[:2],
        "read Elastic: tripline check": lambda: timed([tripline, "check", "--quiet", *elastic])[:2],
    }
    if args.rsigma:
        found["read SigmaHQ: rsigma rule validate"] = lambda: (
            sum(timed([args.rsigma, "rule", "validate", folder])[0] for folder in sigma), None)
    if args.python:
        def python(code, folders):
            _, memory, out, _ = timed([args.python, "-c", code, *folders])
            return float(out.split()[1]), memory
        found["parse SigmaHQ: pySigma"] = lambda: python(PYSIGMA, sigma)
        found["parse Elastic EQL: Python eql"] = lambda: python(EQL, elastic)
    return found


def main():
    """Runs every case and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rsigma", default=shutil.which("rsigma"))
    parser.add_argument("--python", default=str(ROOT / ".venv/bin/python"))
    parser.add_argument("--save", action="store_true", help="keep the raw figures in bench/runs")
    args = parser.parse_args()
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    args.tripline = target / "release" / "tripline"
    if not args.tripline.exists():
        sys.exit("no release build: cargo build --release -p tripline-cli")
    if not CORPORA.is_dir():
        sys.exit("../shared/corpora is not here")
    if not pathlib.Path(args.python).exists():
        args.python = None
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        shutil.copytree(CORPORA, scratch / "corpora", copy_function=shutil.copyfile)
        for path in (scratch / "corpora").rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)
        runs = cases(args, scratch)
        timed([str(args.tripline), "build", str(scratch / "corpora"), "-o",
               str(scratch / "touched.db")])
        for _ in range(args.rounds):
            for name, run in runs.items():
                results.setdefault(name, []).append(run())
    print(json.dumps(machine()))
    print(f"{'case':44} {'best':>9} {'median':>9} {'memory':>9}")
    for name, rows in results.items():
        seconds = [row[0] for row in rows]
        memory = max((row[1] or 0) for row in rows)
        shown = f"{memory:6.0f} MB" if memory else ""
        print(f"{name:44} {min(seconds):8.3f}s {statistics.median(seconds):8.3f}s {shown:>9}")
    if args.save:
        day = datetime.date.today().isoformat()
        record = {"date": day, "machine": machine(), "commits": commits(), "seconds": {
            name: [round(row[0], 4) for row in rows] for name, rows in results.items()}}
        path = ROOT / "bench" / "runs" / f"{day}.json"
        path.write_text(json.dumps(record, indent=1) + "\n")
        print(f"kept in {path.relative_to(ROOT)}")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()

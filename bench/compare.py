#!/usr/bin/env python3
"""Times Tripline's stages, and its reading of rules side by side with other tools.

Everything runs in this one call, the tools taking turns, because machines are noisy; the best and
the median of the rounds are printed, elapsed and processor time. Needs a release build, ../shared/corpora, and for
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


class Run:
    """One run of a command: what it took and what it said."""

    def __init__(self, wall, cpu, megabytes, out, code):
        self.wall, self.cpu, self.megabytes, self.out, self.code = wall, cpu, megabytes, out, code


def timed(command, codes=(0,)):
    """Runs a command to its end; stops the program when it ends with an unexpected code."""
    start = time.perf_counter()
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True) as process:
        out = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if process.returncode not in codes:
        sys.exit(f"{command[0]} {command[1]} ended with {process.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out,
               process.returncode)


def machine():
    """What the figures were measured on."""
    model = "unknown"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    load = [round(value, 1) for value in os.getloadavg()]
    return {"cpu": model, "cores": os.cpu_count(), "system": platform.platform(), "load": load}


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
    """Name to a function that runs once."""
    tripline = args.tripline
    catalog, touched = scratch / "bench.db", scratch / "touched.db"
    copy = scratch / "corpora"
    rules = copy / "sigma" / "rules"
    target = rules / ("windows/process_creation/"
                      "proc_creation_win_svchost_uncommon_parent_process.yml")
    text = target.read_text("utf-8")
    rounds = iter(range(1_000_000))

    def cold():
        catalog.unlink(missing_ok=True)
        return timed([tripline, "build", CORPORA, "-o", catalog])

    def rebuild(change):
        def run():
            target.write_text(change(next(rounds)), "utf-8")
            return timed([tripline, "build", copy, "-o", touched])
        return run

    def answer(*words):
        return lambda: timed([tripline, "--catalog", catalog, *words, "--format", "json"])

    # `check` ends with 1 when a rule has an error; some upstream rules have one.
    def check(folders):
        return lambda: timed([tripline, "check", "--format", "json", *folders], codes=(0, 1))

    # Into a new folder every time: over an earlier site only what changed is written.
    def site():
        return timed([tripline, "--catalog", catalog, "site", scratch / f"site-{next(rounds)}"])

    sigma = [CORPORA / "sigma" / name for name in SIGMA]
    elastic = [CORPORA / "elastic" / name for name in ("rules", "rules_building_block")]
    timed([tripline, "build", copy, "-o", touched])
    found = {
        "build everything, cold": cold,
        "rebuild, nothing changed": lambda: timed([tripline, "build", copy, "-o", touched]),
        "rebuild, a comment added": rebuild(lambda n: f"{text}# touched {n}\n"),
        "rebuild, a title changed": rebuild(
            lambda n: text.replace("title: ", f"title: Round{n} ", 1)),
        "open and answer T1204.001": answer("technique", "T1204.001"),
        "open and answer T1059.001": answer("technique", "T1059.001"),
        "tests of T1059.001, all rules run": answer("tests", "T1059.001"),
        "write the site, every page": site,
        "read SigmaHQ: tripline check": check(sigma),
        "read Elastic: tripline check": check(elastic),
    }
    if args.rsigma:
        # One folder with everything, so that it starts once as `tripline check` does.
        linked = scratch / "sigma"
        linked.mkdir()
        for folder in sigma:
            shutil.copytree(folder, linked / folder.name, copy_function=shutil.copyfile)
        found["read SigmaHQ: rsigma rule validate"] = lambda: timed(
            [args.rsigma, "rule", "validate", linked], codes=(0, 1))
    if args.python:
        def python(code, folders):
            """Counts the parsing only, not the start of Python."""
            def run():
                done = timed([args.python, "-c", code, *folders])
                done.wall = done.cpu = float(done.out.split()[1])
                return done
            return run
        found["parse SigmaHQ: pySigma"] = python(PYSIGMA, sigma)
        found["parse Elastic EQL: Python eql"] = python(EQL, elastic)
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
        for path in [scratch / "corpora", *(scratch / "corpora").rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        runs = cases(args, scratch)
        for _ in range(args.rounds):
            for name, run in runs.items():
                results.setdefault(name, []).append(run())
    found = machine()
    print(f"{found['cpu']}, {found['cores']} cores, load {found['load']}; {args.rounds} rounds")
    print(f"{'':38} {'elapsed':>19}  {'processor':>19}  {'memory':>8}")
    print(f"{'case':38} {'best':>9} {'median':>9}  {'best':>9} {'median':>9}  {'most':>8}")
    for name, rows in results.items():
        wall, cpu = [row.wall for row in rows], [row.cpu for row in rows]
        print(f"{name:38} {min(wall):8.3f}s {statistics.median(wall):8.3f}s "
              f" {min(cpu):8.3f}s {statistics.median(cpu):8.3f}s "
              f" {max(row.megabytes for row in rows):5.0f} MB")
    if args.save:
        now = datetime.datetime.now()
        record = {"date": now.isoformat(timespec="minutes"), "machine": found,
                  "commits": commits(), "runs": {
                      name: [{"elapsed": round(row.wall, 4), "processor": round(row.cpu, 4),
                              "megabytes": round(row.megabytes)} for row in rows]
                      for name, rows in results.items()}}
        path = ROOT / "bench" / "runs" / f"{now:%Y-%m-%d-%H%M}.json"
        path.write_text(json.dumps(record, indent=1) + "\n")
        print(f"kept in {path.relative_to(ROOT)}")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()

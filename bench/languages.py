#!/usr/bin/env python3
"""Times how fast each language is read, side by side with other parsers on the same files.

Every query of ../shared/corpora is written as a file of its own; then Tripline and the other
parsers read them, one after the other within each round, on one thread each. The clock runs over
parsing alone: not over the start of a program, nor over opening files. Needs a release build of the
bench crate and, each where it is to be compared:

    cargo build --release --manifest-path bench/Cargo.toml
    npm install @kusto/language-service-next          in a folder, named by --kusto
    pip install eql detection-rules-esql-py           in an environment, named by --python
                                                      (the second asks for Python 3.12)

    bench/languages.py [--rounds 3] [--kusto FOLDER] [--python PATH] [--save]
"""

import argparse
import datetime
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from compare import CORPORA, ROOT, commits, machine

LANGUAGES = ["sigma", "eql", "kuery", "lucene", "esql", "spl", "kusto", "yaral"]

# Each program prints: queries, bytes, seconds, queries that it does not accept.
PYTHON = """
import pathlib, sys, time
sys.setrecursionlimit(10_000)
texts = [p.read_text("utf-8") for p in sorted(pathlib.Path(sys.argv[1]).glob("*.txt"))]
{setup}
refused = 0
start = time.perf_counter()
for text in texts:
    try: parse(text)
    except Exception: refused += 1
print(len(texts), sum(len(t.encode()) for t in texts), time.perf_counter() - start, refused)
"""
EQL = PYTHON.format(setup="""
from eql.parser import (parse_query as parse, elasticsearch_syntax, allow_sample, allow_runs,
                        allow_negation, ignore_missing_functions)
for context in (elasticsearch_syntax, allow_sample, allow_runs, allow_negation,
                ignore_missing_functions): context.__enter__()
""")
ESQL = PYTHON.format(setup="from esql import parse_query as parse")
KUSTO = """
const [modules, folder] = process.argv.slice(1);
const fs = require('fs'), path = require('path');
const load = require('module').createRequire(path.resolve(modules) + '/');
load('@kusto/language-service-next/bridge.min.js');
load('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { KustoCode } = globalThis.Kusto.Language;
const texts = fs.readdirSync(folder).sort().map((f) => fs.readFileSync(path.join(folder, f), 'utf8'));
let refused = 0;
const start = process.hrtime.bigint();
for (const text of texts) {
  const found = KustoCode.Parse(text).GetSyntaxDiagnostics();
  if (globalThis.Bridge.toArray(found).length > 0) refused += 1;
}
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
console.log(texts.length, texts.reduce((n, t) => n + Buffer.byteLength(t), 0), seconds, refused);
"""


def measured(command):
    """One run: queries, bytes, seconds, and how many were refused (None where it is not said)."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          check=False)
    words = done.stdout.split()
    if done.returncode != 0 or len(words) < 3:
        last = (done.stderr.strip().splitlines() or ["it printed no figures"])[-1]
        sys.exit(f"{command[0]}: {last}")
    refused = int(words[3]) if len(words) > 3 else None
    return {"queries": int(words[0]), "bytes": int(words[1]), "seconds": float(words[2]),
            "refused": refused}


def cases(args, queries):
    """Name of language and tool to the command that measures it."""
    found = {(name, "tripline"): [args.bench, "time", queries, name] for name in LANGUAGES
             if (queries / name).is_dir()}
    if args.python:
        for name, module, code in (("eql", "eql", EQL), ("esql", "esql", ESQL)):
            check = subprocess.run([args.python, "-c", f"import {module}"], capture_output=True,
                                   check=False)
            if check.returncode == 0:
                label = {"eql": "Python eql", "esql": "detection-rules-esql-py"}[module]
                found[name, label] = [args.python, "-c", code, queries / name]
            else:
                print(f"left out: {args.python} cannot import {module}")
    if args.kusto:
        found["kusto", "language-service-next"] = ["node", "-e", KUSTO, args.kusto,
                                                   queries / "kusto"]
    return dict(sorted(found.items(), key=lambda item: LANGUAGES.index(item[0][0])))


def main():
    """Runs every case in turn and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "bench" / "target"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bench", type=pathlib.Path, default=target / "release/tripline-bench")
    parser.add_argument("--python", help="a Python with eql and detection-rules-esql-py")
    parser.add_argument("--kusto", help="a folder with node_modules/@kusto")
    parser.add_argument("--save", action="store_true", help="keep the raw figures in bench/runs")
    args = parser.parse_args()
    if not args.bench.exists():
        sys.exit("no release build: cargo build --release --manifest-path bench/Cargo.toml")
    if not CORPORA.is_dir():
        sys.exit("../shared/corpora is not here")
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        queries = pathlib.Path(folder)
        subprocess.run([args.bench, "write", CORPORA, queries], check=True)
        commands = cases(args, queries)
        for _ in range(args.rounds):
            for name, command in commands.items():
                results.setdefault(name, []).append(measured(command))
    found = machine()
    print(f"{found['cpu']}, {found['cores']} cores, load {found['load']}; {args.rounds} rounds, "
          "best (median) of them")
    print(f"{'language':9}{'parser':26}{'queries':>8}{'refused':>9}{'MB/s':>18}{'queries/s':>20}")
    for (language, tool), rows in results.items():
        best, middle = (of([row["seconds"] for row in rows]) for of in (min, statistics.median))
        size, count = rows[0]["bytes"] / 1e6, rows[0]["queries"]
        refused = "" if rows[0]["refused"] is None else rows[0]["refused"]
        speed = f"{size / best:.2f} ({size / middle:.2f})"
        rate = f"{count / best:.0f} ({count / middle:.0f})"
        print(f"{language:9}{tool:26}{count:8}{refused:>9}{speed:>18}{rate:>20}")
    if args.save:
        now = datetime.datetime.now()
        record = {"date": now.isoformat(timespec="minutes"), "machine": found,
                  "commits": commits(),
                  "runs": {f"{language}: {tool}": rows
                           for (language, tool), rows in results.items()}}
        path = ROOT / "bench" / "runs" / f"{now:%Y-%m-%d-%H%M}-languages.json"
        path.write_text(json.dumps(record, indent=1) + "\n")
        print(f"kept in {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

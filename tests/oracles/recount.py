#!/usr/bin/env python3
"""Counts a technique's guide again, from the views of its single rules.

The guide (`technique --format json`) is computed from one index over all rules. Here each rule
under the technique is asked for by itself (`rule --format json`) and the rows are counted from
those answers; every number and every list of rules must be the same. The reach of each indicator
is compared with the field's own view. Exits 1 on any difference.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
TRIPLINE = TARGET / "release" / "tripline"
CORPORA = ROOT.parent / "shared" / "corpora"
TECHNIQUES = ["T1204.001", "T1204", "T1003.001", "T1556.006"]


def ask(catalog, *words):
    """The JSON answer of one command."""
    command = [str(TRIPLINE), "--catalog", str(catalog), "--format", "json", *words]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def clause_key(row):
    """What makes a clause the same in two rules: its tests, its exceptions, its scope."""
    tests = (("unless" if t["unless"] else "when", t["field"], t["operator"], t["value"])
             for t in row["clause"])
    return (tuple(tests), row["scope"])


def recount(rules):
    """Rows of the guide, counted from single rules: name of the table to key to rule ids."""
    tables = collections.defaultdict(lambda: collections.defaultdict(set))
    for rule in rules:
        for atom in (atom for atom in rule["atoms"] if not atom["implied"]):
            key = (atom["field"], atom["operator"])
            kind = "excluded" if atom["excluded"] else "field"
            tables[kind][atom["field"]].add(rule["id"])
            if not atom["excluded"]:
                tables["how"][key].add(rule["id"])
        for item in rule["indicators"]:
            tables["indicator"][(item["field"], item["operator"], item["value"])].add(rule["id"])
        for item in rule["exclusions"]:
            tables["exclusion"][clause_key(item)].add(rule["id"])
        for event in rule["events"]:
            tables["event"][(event["provider"], event["event"])].add(rule["id"])
    return tables


def compare(name, mine, rows, key, problems):
    """Reports rows of the guide that differ from the recount."""
    seen = set()
    for row in rows:
        ids = mine.get(key(row), set())
        seen.add(key(row))
        if set(row["rules"]) != ids or row["count"] != len(ids):
            problems.append(f"{name} {key(row)}: {row['count']} in the guide, {len(ids)} here")
    for missing in set(mine) - seen:
        problems.append(f"{name} {missing}: not in the guide")


def check(catalog, technique, problems):
    """Compares one technique; returns how many rows were compared."""
    guide = ask(catalog, "technique", technique)
    rules = [ask(catalog, "rule", row["id"]) for row in guide["rules"]]
    if guide["rules_total"] != len(rules):
        problems.append(f"{technique}: rules_total")
    if any(rule["class"] not in ("alert", "building_block") for rule in rules):
        problems.append(f"{technique}: a rule of another class is counted")
    tables = recount(rules)
    compare("indicator", tables["indicator"], guide["indicators"],
            lambda row: (row["field"], row["operator"], row["value"]), problems)
    compare("event", tables["event"], guide["events"],
            lambda row: (row["provider"], row["event"]), problems)
    compare("exclusion", tables["exclusion"], guide["exclusions"], clause_key, problems)
    for row in guide["fields"]:
        positive = tables["field"].get(row["field"], set())
        only = tables["excluded"].get(row["field"], set()) - positive
        if row["count"] != len(positive) or row["excluded_in"] != len(only):
            problems.append(f"field {row['field']}: {row['count']}, {row['excluded_in']} in the "
                            f"guide, {len(positive)}, {len(only)} here")
        for operator, count in row["how"].items():
            if count != len(tables["how"].get((row["field"], operator), ())):
                problems.append(f"field {row['field']} {operator}: {count} in the guide")
    for row in guide["indicators"][:10]:
        view = ask(catalog, "field", row["canonical"])
        use = next(use for use in view["fields"] if use["canonical"] == row["canonical"])
        found = [item for item in use["indicators"]
                 if (item["operator"], item["value"]) == (row["operator"], row["value"])]
        if not found or found[0]["count"] != row["reach"]:
            problems.append(f"reach of {row['field']} {row['value']}")
    return sum(len(guide[name]) for name in ("indicators", "events", "exclusions", "fields"))


def main():
    """Builds a catalogue and compares the techniques."""
    problems, rows = [], 0
    with tempfile.TemporaryDirectory() as folder:
        catalog = pathlib.Path(folder) / "catalog.db"
        subprocess.run([str(TRIPLINE), "build", str(CORPORA), "-o", str(catalog)], check=True,
                       capture_output=True)
        for technique in TECHNIQUES:
            rows += check(catalog, technique, problems)
    for problem in problems[:40]:
        print(problem)
    print(f"recount: {rows} rows of {len(TECHNIQUES)} techniques, {len(problems)} differences")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

"""Accept/reject: Tripline's EQL front end against Python `eql`.

Usage: eql_accept.py EXAMPLE RULES_FOLDER

EXAMPLE is the built `eql_accept` example of tripline-languages; RULES_FOLDER holds `rules` and
`rules_building_block` of elastic/detection-rules. Every active EQL rule must be read without an
error and without a loss, and by both sides alike; of queries broken on purpose both must say the
same, except where EXPECTED names the kind of difference and its reason.
"""
import glob
import json
import os
import random
import subprocess
import sys
import tomllib

import eql
from eql.parser import (
    allow_negation, allow_runs, allow_sample, elasticsearch_syntax, parse_query)

# What the oracle refuses in rules that run in Elasticsearch: why, by its message.
ORACLE_STRICT = {
    "Unknown function": "it compares function names with letter case",
    "Invalid argument to cidrMatch": "it does not take an address alone as a network",
    "Expected cidrMatch": "it does not take an address alone as a network",
}


def rules(folder):
    for part in ("rules", "rules_building_block"):
        for path in sorted(glob.glob(os.path.join(folder, part, "**", "*.toml"), recursive=True)):
            if "_deprecated" in path:
                continue
            with open(path, "rb") as file:
                rule = tomllib.load(file)["rule"]
            if rule.get("type") == "eql":
                yield {
                    "id": rule["rule_id"],
                    "query": rule["query"],
                    "index": rule.get("index", []),
                    "override": rule.get("event_category_override"),
                }


def oracle(query):
    try:
        with elasticsearch_syntax, allow_negation, allow_sample, allow_runs:
            parse_query(query)
        return None
    except eql.EqlError as error:
        return " ".join(str(error).split())[:200]
    except RecursionError:
        return "recursion"


def tripline(example, requests):
    text = "".join(json.dumps(request) + "\n" for request in requests)
    out = subprocess.run([example], input=text, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in out.stdout.splitlines()]


MUTATIONS = [
    ("=", lambda q: q.replace("==", "=", 1)),
    ("single quotes", lambda q: q.replace('"', "'", 2)),
    ("no where", lambda q: q.replace(" where ", " ", 1)),
    ("open paren", lambda q: q.replace(")", "", 1)),
    ("extra paren", lambda q: q.replace(" and ", ") and ", 1)),
    ("open bracket", lambda q: q.replace("]", "", 1)),
    ("double and", lambda q: q.replace(" and ", " and and ", 1)),
    ("trailing and", lambda q: q.rstrip() + " and"),
    ("no operator", lambda q: q.replace(" == ", " ", 1)),
    ("function", lambda q: q.replace("stringContains", "stringHas", 1).replace("length(", "len(", 1)),
    ("unit", lambda q: q.replace("maxspan=", "maxspan=1", 1).replace("maxspan", "maxspam", 1)),
    ("no comma", lambda q: q.replace('", "', '" "', 1)),
    ("list after ==", lambda q: q.replace(" in (", " == (", 1)),
    ("number after :", lambda q: q.replace(' : "', ' : 5 or x.y == "', 1)),
    ("open string", lambda q: q.replace('"', "", 1)),
    ("category path", lambda q: q.replace("process where", "process.x where", 1)),
    ("chain", lambda q: q.replace(' == "', ' == x.y == "', 1)),
    ("field", lambda q: q.replace(' == "', ' == user.name and user.name == "', 1)),
    ("keyword field", lambda q: q.replace(" and ", " and by == 1 and ", 1)),
    ("negation", lambda q: q.replace(" and ", " and not not ", 1)),
    ("comment", lambda q: q.replace(" and ", " /* and */ and // x\n", 1)),
]


def mutants(all_rules, count):
    chosen = random.Random(20).sample(all_rules, min(count * 3, len(all_rules)))
    made = []
    for number, rule in enumerate(chosen):
        for shift in range(len(MUTATIONS)):
            kind, change = MUTATIONS[(number + shift) % len(MUTATIONS)]
            query = change(rule["query"])
            if query != rule["query"]:
                made.append({**rule, "id": f"{kind}: {rule['id']}", "query": query, "kind": kind})
                break
        if len(made) == count:
            break
    return made


def main():
    example, folder = sys.argv[1:3]
    all_rules = list(rules(folder))
    failures, strict = 0, {}
    for rule, answer in zip(all_rules, tripline(example, all_rules)):
        refused = oracle(rule["query"])
        reason = next((why for text, why in ORACLE_STRICT.items() if refused and text in refused), None)
        if reason and not answer["errors"]:
            strict[reason] = strict.get(reason, 0) + 1
            refused = None
        if answer["errors"] or answer["losses"] or refused:
            failures += 1
            print("rule", rule["id"], "tripline:", answer["errors"][:1] + answer["losses"][:1], "oracle:", refused)
    print(f"{len(all_rules)} rules, {failures} with an error, a loss or refused by the oracle")
    for reason, count in strict.items():
        print(f"{count} refused by the oracle alone: {reason}")
    readable = [rule for rule in all_rules if oracle(rule["query"]) is None]
    broken = mutants(readable, 300)
    same = different = accepted = 0
    for rule, answer in zip(broken, tripline(example, broken)):
        refused = oracle(rule["query"])
        if not refused and answer["errors"] and all(e["code"] == "E0314" for e in answer["errors"]):
            print("known:", rule["id"], "the oracle does not read Lucene expressions")
            same += 1
            continue
        if bool(answer["errors"]) == bool(refused):
            same += 1
            accepted += not refused
        else:
            different += 1
            print("differs", rule["id"], "tripline:", answer["errors"][:1], "oracle:", refused)
    print(f"{len(broken)} broken queries: {same} alike ({accepted} of them accepted), {different} differ")
    sys.exit(1 if failures or different else 0)


if __name__ == "__main__":
    main()

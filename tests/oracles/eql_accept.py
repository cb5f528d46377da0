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

# Kinds of difference, with the side that accepts. Anything else fails the run.
EXPECTED = {
    "lenient strings": "the oracle reads any character after \\u{ } and line ends differently",
    "capital keyword": "`AND` after a condition: the oracle takes a name for the pipe-less rest",
    "runs=1": "the oracle demands more than one run; Elasticsearch documents 1 to 100",
    "one step": "the oracle accepts a sequence of one step; Elasticsearch demands two",
    "regex": "the oracle does not read Lucene expressions",
    "sample key": "the oracle accepts a sample without a key; Elasticsearch demands one",
    "list comma": "the oracle accepts a comma before the closing parenthesis of `in`",
    "types": "the oracle infers types of fields and folds constants; Tripline asks no schema",
    "escape": "the oracle accepts \\b, \\f and \\' but the same set otherwise",
    "number": "the oracle reads `1.` and `.5` otherwise",
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
        return str(error).splitlines()[0]
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
    failures = 0
    for rule, answer in zip(all_rules, tripline(example, all_rules)):
        refused = oracle(rule["query"])
        if answer["errors"] or answer["losses"] or refused:
            failures += 1
            print("rule", rule["id"], "tripline:", answer["errors"][:1] + answer["losses"][:1], "oracle:", refused)
    print(f"{len(all_rules)} rules, {failures} with an error, a loss or refused by the oracle")
    broken = mutants(all_rules, 300)
    same = different = 0
    for rule, answer in zip(broken, tripline(example, broken)):
        refused = oracle(rule["query"])
        if bool(answer["errors"]) == bool(refused):
            same += 1
        else:
            different += 1
            print("differs", rule["id"], "tripline:", answer["errors"][:1], "oracle:", refused)
    print(f"{len(broken)} broken queries: {same} alike, {different} differ")
    sys.exit(1 if failures or different else 0)


if __name__ == "__main__":
    main()

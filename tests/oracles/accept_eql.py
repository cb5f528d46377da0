"""Accept/reject: Tripline's EQL front end against Python `eql`.

Every active EQL rule of elastic/detection-rules must be read without an error and without a loss,
and by both sides alike; of queries broken on purpose both must say the same, except where KNOWN
names the kind of difference and its reason.
"""
import random
import sys

from lib_eql import refused, rules
from lib_paths import run

# Codes of refusals that the oracle does not know, and why.
KNOWN = {"E0314": "the oracle does not read Lucene expressions"}


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


def known(answer, oracle):
    """Why only Tripline refuses, or None."""
    codes = {error["code"] for error in answer["errors"]}
    if oracle is None and len(codes) == 1:
        return KNOWN.get(codes.pop())
    return None


def main():
    all_rules = list(rules())
    bad = 0
    for rule, answer in zip(all_rules, run("eql_accept", requests=all_rules), strict=True):
        oracle = refused(rule["query"])
        if answer["errors"] or answer["losses"] or oracle:
            bad += 1
            print("rule", rule["id"], "tripline:", answer["errors"][:1] + answer["losses"][:1], "oracle:", oracle)
    broken = mutants(all_rules, 300)
    accepted = 0
    for rule, answer in zip(broken, run("eql_accept", requests=broken), strict=True):
        oracle = refused(rule["query"])
        accepted += not oracle
        if bool(answer["errors"]) != bool(oracle) and not known(answer, oracle):
            bad += 1
            print("differs", rule["id"], "tripline:", answer["errors"][:1], "oracle:", oracle)
    print(f"{len(all_rules)} rules and {len(broken)} broken queries ({accepted} of them sound): {bad} differences")
    sys.exit(1 if bad or not all_rules else 0)


if __name__ == "__main__":
    main()

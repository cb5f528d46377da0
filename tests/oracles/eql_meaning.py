"""Meaning: the law over Tripline's plans against Python `eql` over the queries.

Usage: eql_meaning.py EXAMPLE RULES_FOLDER

EXAMPLE is the built `eql_meaning` example: it makes events for every single-event rule, one that
should fire and near misses (a field changed, a field taken away). Both sides must agree on every
event, except where the oracle is known to differ from Elasticsearch (languages.md, section 9):
missing fields under `not`, `?` as a wildcard, regular expressions, letter case of `==`.
"""
import collections
import json
import subprocess
import sys

import eql
from eql.engine import PythonEngine
from eql.errors import EqlError
from eql.events import Event
from eql.parser import allow_negation, allow_runs, allow_sample, elasticsearch_syntax, parse_query

from eql_accept import rules


def nested(flat):
    data = {}
    for name, value in flat.items():
        at = data
        *path, last = name.split(".")
        for part in path:
            at = at.setdefault(part, {})
            if not isinstance(at, dict):
                return None
        if isinstance(at.get(last), dict):
            return None
        at[last] = value
    return data


def fires(parsed, flat, override):
    data = nested(flat)
    if data is None:
        return None
    found = []
    engine = PythonEngine()
    engine.add_query(parsed)
    engine.add_output_hook(found.append)
    categories = flat.get(override or "event.category", "generic")
    for category in categories if isinstance(categories, list) else [categories]:
        try:
            engine.stream_event(Event(str(category), 0, data))
        except TypeError:
            return None  # The oracle cannot look up a list in a set.
    engine.finalize()
    return bool(found)


def known(query, answer, oracle):
    """Why the oracle may differ here, or None."""
    if any(isinstance(value, list) for value in answer["event"].values()):
        return "several values: the oracle does not look at elements"
    if answer["fires"] and not oracle and answer["absent"]:
        return "missing field under `not` or `!=`"
    if "?" in query.replace(" ?", ""):
        return "`?` as a wildcard"
    if "regex" in query:
        return "regular expression"
    if any(isinstance(value, bool) for value in answer["event"].values()) and '"true"' in query:
        return "a truth value against a string"
    if "`" in query:
        return "a name with dots in backticks"
    return None


def main():
    example, folder = sys.argv[1:3]
    all_rules = list(rules(folder))
    text = "".join(json.dumps(rule) + "\n" for rule in all_rules)
    out = subprocess.run([example], input=text, capture_output=True, text=True, check=True)
    overrides = {rule["id"]: rule["override"] for rule in all_rules}
    counts = collections.Counter()
    parsed_rules = {}
    bad = 0
    for line in out.stdout.splitlines():
        answer = json.loads(line)
        if "skip" in answer:
            counts["skipped: " + answer["skip"]] += 1
            continue
        query = answer["query"]
        if query not in parsed_rules:
            try:
                with elasticsearch_syntax, allow_negation, allow_sample, allow_runs:
                    parsed_rules[query] = parse_query(query)
            except EqlError:
                parsed_rules[query] = None  # eql_accept.py says why.
        if parsed_rules[query] is None:
            counts["not read by the oracle"] += 1
            continue
        oracle = fires(parsed_rules[query], answer["event"], overrides[answer["id"]])
        kind = answer["made"].split()[0]
        counts[f"{kind}: fires" if answer["fires"] else f"{kind}: silent"] += 1
        if oracle is None or oracle == answer["fires"]:
            counts["agree" if oracle is not None else "not expressible"] += 1
            continue
        reason = known(query, answer, oracle)
        if reason:
            counts["known: " + reason] += 1
            continue
        bad += 1
        if bad <= 25:
            print("differs", answer["id"], answer["made"], "law:", answer["fires"], "oracle:", oracle)
            print("   ", json.dumps(answer["event"]))
    for name, count in sorted(counts.items()):
        print(f"{count:6} {name}")
    print(f"{bad} differences without a known reason")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

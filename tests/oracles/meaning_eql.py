"""Meaning: the law over Tripline's plans against Python `eql` over the queries.

The example makes events for every single-event rule, one that should fire and near misses (a field
changed, a field taken away). Both sides must agree on every event that both can express.

The oracle knows three truth values for a missing field where Elasticsearch translates conditions to
queries (languages.md, section 2). Its trees are rewritten by that table before they run, so a
missing field is no excuse for a difference.
"""
import collections
import sys

from eql import ast
from eql.engine import PythonEngine
from eql.events import Event

from lib_eql import INSENSITIVE, parse, rules
from lib_paths import run

# Functions of a field and constants that become queries when they respect letter case; with `~`, or
# with a field in place of a constant, they run as scripts.
QUERIES = {"startswith", "endswith", "stringcontains"}
# Functions that always become queries.
ALWAYS = {"wildcard", "match", "cidrmatch"}


def guarded(test, field):
    """A test that is false, and whose `not` is true, when the field is missing."""
    return ast.And([test, ast.IsNotNull(field)])


def becomes_query(call):
    if not all(isinstance(argument, ast.Literal) for argument in call.arguments[1:]):
        return False
    name = call.name.lower()
    return name in ALWAYS or name in QUERIES and not call.name.endswith(INSENSITIVE)


def two_valued(node):
    """The condition with the truth values that Elasticsearch gives it."""
    if isinstance(node, (ast.And, ast.Or)):
        return type(node)([two_valued(term) for term in node.terms])
    if isinstance(node, ast.Not):
        return ast.Not(two_valued(node.term))
    if isinstance(node, ast.InSet) and isinstance(node.expression, ast.Field):
        return guarded(node, node.expression)
    if isinstance(node, ast.FunctionCall) and node.arguments and isinstance(node.arguments[0], ast.Field):
        return guarded(node, node.arguments[0]) if becomes_query(node) else node
    if isinstance(node, ast.Comparison) and isinstance(node.left, ast.Field):
        if isinstance(node.right, ast.Null):
            kind = ast.IsNull if node.comparator == "==" else ast.IsNotNull
            return kind(node.left)
        if node.comparator == "==":
            return guarded(node, node.left)
        if node.comparator == "!=":
            equal = ast.Comparison(node.left, "==", node.right)
            return ast.Not(guarded(equal, node.left))
    return node


def prepared(query):
    parsed = parse(query)
    found = parsed.first
    if isinstance(found, ast.EventQuery):
        found.query = two_valued(found.query)
    return parsed


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


def known(query, answer):
    """Why the oracle cannot be compared here, or None."""
    values = answer["event"].values()
    if any(isinstance(value, list) for value in values):
        return "several values: the oracle does not look at elements"
    if any(isinstance(value, bool) for value in values) and '"true"' in query:
        return "a truth value against a string"
    if "`" in query:
        return "a name with dots in backticks"
    return None


def main():
    all_rules = list(rules())
    overrides = {rule["id"]: rule["override"] for rule in all_rules}
    counts = collections.Counter()
    parsed = {}
    bad = 0
    for answer in run("eql_meaning", requests=all_rules):
        if "skip" in answer:
            counts["skipped: " + answer["skip"]] += 1
            continue
        query = answer["query"]
        if query not in parsed:
            parsed[query] = prepared(query)
        oracle = fires(parsed[query], answer["event"], overrides[answer["id"]])
        kind = answer["made"].split()[0]
        counts[f"{kind}: fires" if answer["fires"] else f"{kind}: silent"] += 1
        if oracle is None or oracle == answer["fires"]:
            counts["agree" if oracle is not None else "not expressible"] += 1
            continue
        reason = known(query, answer)
        if reason:
            counts["known: " + reason] += 1
            continue
        bad += 1
        if bad <= 25:
            print("differs", answer["id"], answer["made"], "law:", answer["fires"], "oracle:", oracle)
            print("   ", answer["event"])
    for name, count in sorted(counts.items()):
        print(f"{count:6} {name}")
    print(f"{counts['agree']} events alike, {bad} differences without a known reason")
    sys.exit(1 if bad or not counts["agree"] else 0)


if __name__ == "__main__":
    main()

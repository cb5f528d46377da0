"""Compares how pySigma and Tripline read Sigma rules.

For each live rule of SigmaHQ that pySigma reads, the
condition tree with every leaf (field, kind of test, value with its wildcards) must be the same.
Both trees are brought to one form: nested `and`/`or` of the same kind are flattened and their
parts sorted. Known and wanted differences, all of them Tripline's documented decisions:

- a keyword is a substring search in Tripline and a bare value in pySigma: the outer wildcards
  are dropped on both sides;
- `null` is "not exists" in Tripline;
- an expansion (base64offset, windash) is an `or` in Tripline.

Prints every difference and exits with 1 if there is one.
"""

import json
import sys

from sigma.collection import SigmaCollection
from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma import types as t

from lib_paths import corpus, run


def flat(kind, parts):
    """An `and` or `or` with nested ones of its kind opened, repeated parts dropped, sorted."""
    out = []
    for part in parts:
        if isinstance(part, dict) and set(part) == {kind}:
            out.extend(part[kind])
        else:
            out.append(part)
    unique = {json.dumps(part, sort_keys=True): part for part in out}
    out = [unique[key] for key in sorted(unique)]
    return out[0] if len(out) == 1 else {kind: out}


def normal(tree):
    """Tripline's tree in the common form."""
    for kind in ("and", "or"):
        if kind in tree:
            return flat(kind, [normal(part) for part in tree[kind]])
    if "not" in tree:
        return {"not": normal(tree["not"])}
    if tree.get("field") == "" and tree["test"][0] in ("text", "cased"):
        return {"field": "", "test": [tree["test"][0], keyword(tree["test"][1])]}
    return tree


def keyword(parts):
    parts = list(parts)
    if parts and parts[0] == ["*"]:
        parts = parts[1:]
    if parts and parts[-1] == ["*"]:
        parts = parts[:-1]
    return parts


def string(value):
    parts = []
    for part in value.s:
        if isinstance(part, str):
            if parts and isinstance(parts[-1], str):
                parts[-1] += part
            elif part:
                parts.append(part)
        elif isinstance(part, t.Placeholder):
            return None
        else:
            wildcard = ["*"] if part == t.SpecialChars.WILDCARD_MULTI else ["?"]
            if wildcard == ["*"] and parts and parts[-1] == ["*"]:
                continue
            parts.append(wildcard)
    return parts


OPERATORS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}


def leaf(field, value):
    """pySigma's leaf in the common form; None when it has placeholders."""

    def of(test):
        return {"field": field, "test": test}

    if isinstance(value, t.SigmaExpansion):
        parts = [leaf(field, inner) for inner in value.values]
        return None if None in parts else flat("or", parts)
    if isinstance(value, t.SigmaString):
        parts = string(value)
        if parts is None:
            return None
        kind = "cased" if isinstance(value, t.SigmaCasedString) else "text"
        return of([kind, keyword(parts) if field == "" else parts])
    if isinstance(value, t.SigmaNull):
        return {"not": of(["exists"])}
    if isinstance(value, t.SigmaExists):
        return of(["exists"]) if value.exists else {"not": of(["exists"])}
    if isinstance(value, t.SigmaBool):
        return of(["text", ["true" if value.boolean else "false"]])
    if isinstance(value, t.SigmaNumber):
        return of(["text", [str(value.number)]] if field == "" else ["number", "eq", str(value.number)])
    if isinstance(value, t.SigmaRegularExpression):
        flags = "".join(sorted(flag.name[0].lower() if flag.name != "DOTALL" else "s" for flag in value.flags))
        return of(["re", str(value.regexp), flags])
    if isinstance(value, t.SigmaCIDRExpression):
        return of(["cidr", [str(value.network)]])
    if isinstance(value, t.SigmaCompareExpression):
        return of(["number", OPERATORS[value.op.value], str(value.number.number)])
    if isinstance(value, t.SigmaFieldReference):
        relation = {
            (False, False): "Order(Eq)",
            (True, False): "StartsWith",
            (False, True): "EndsWith",
            (True, True): "Contains",
        }[(value.starts_with, value.ends_with)]
        return of(["fieldref", relation, value.field])
    raise TypeError(type(value))


class Placeholders(Exception):
    """The rule has placeholders; the two keep them in different ways."""


def tree_of(condition):
    if isinstance(condition, ConditionAND):
        return flat("and", [tree_of(arg) for arg in condition.args])
    if isinstance(condition, ConditionOR):
        return flat("or", [tree_of(arg) for arg in condition.args])
    if isinstance(condition, ConditionNOT):
        return {"not": tree_of(condition.args[0])}
    if isinstance(condition, ConditionFieldEqualsValueExpression):
        found = leaf(condition.field, condition.value)
    elif isinstance(condition, ConditionValueExpression):
        found = leaf("", condition.value)
    else:
        raise TypeError(type(condition))
    if found is None:
        raise Placeholders
    return found


FOLDERS = [
    "rules", "rules-compliance", "rules-emerging-threats", "rules-placeholder", "rules-threat-hunting"]


def main():
    same = different = placeholders = refused = 0
    folder = corpus("sigma")
    for rule in run("sigma_leaves", [folder / name for name in FOLDERS]):
        path = rule["path"]
        try:
            with open(path, encoding="utf-8") as file:
                parsed = SigmaCollection.from_yaml(file.read()).rules
            trees = [tree_of(c.parsed) for r in parsed for c in r.detection.parsed_condition]
            theirs = flat("or", trees)
        except Placeholders:
            placeholders += 1
            if "placeholder without a list" not in rule["losses"]:
                print(f"{path}: no loss for a placeholder")
                different += 1
            continue
        except Exception as error:  # pySigma's refusal, of whatever kind
            refused += 1
            print(f"{path}: pySigma refuses: {error}")
            continue
        ours = normal(rule["tree"]) if rule["tree"] else None
        if ours == theirs and not rule["losses"]:
            same += 1
        else:
            different += 1
            print(f"{path}: different\n  tripline {json.dumps(ours)}\n  pysigma  {json.dumps(theirs)}")
    print(f"{same} same, {different} different, {placeholders} with placeholders, {refused} refused by pySigma")
    sys.exit(1 if different or refused or not same else 0)


if __name__ == "__main__":
    main()

"""Elastic's EQL rules, and Python `eql` set up to speak Elasticsearch's dialect.

The library differs from Elasticsearch in ways that are known (languages.md, section 9). Where that
can be mended from outside, it is mended here, so that what still differs is a finding:

- function names: rules write `cidrmatch`, the library knows `cidrMatch` only;
- `fn~` becomes a function of its own, so that a tree still tells it from `fn`;
- `?` is one character in a wildcard; a regular expression matches the whole value;
- an address alone is a network of one address, and a text that is no address lies in none.

Modules named `eql_*` would be loaded as plug-ins of the library: no script here has such a name.
"""
import re
import tomllib

import eql
from eql import functions
from eql.parser import (
    allow_negation, allow_runs, allow_sample, elasticsearch_syntax, parse_query, skip_optimizations)

from lib_paths import corpus

# Suffix of the functions that stand for `fn~`.
INSENSITIVE = "Insensitive"


def rules():
    """Active EQL rules of elastic/detection-rules."""
    folder = corpus("elastic")
    for part in ("rules", "rules_building_block"):
        for path in sorted((folder / part).rglob("*.toml")):
            if "_deprecated" in path.parts:
                continue
            rule = tomllib.loads(path.read_text(encoding="utf-8"))["rule"]
            if rule.get("type") == "eql":
                yield {
                    "id": rule["rule_id"],
                    "query": rule["query"],
                    "index": rule.get("index", []),
                    "override": rule.get("event_category_override"),
                }


def spellings(name):
    return {name, name.lower()}


def add_functions():
    for name in functions.list_functions():
        signature = functions.get_function(name)
        for spelling in spellings(name):
            for alias in (spelling, spelling + INSENSITIVE):
                if functions.get_function(alias) is None:
                    functions.register(type(alias, (signature,), {"name": alias}))


def wildcard_regex(cls, *wildcards):
    def one(wildcard):
        return "^" + re.escape(wildcard).replace(r"\*", ".*").replace(r"\?", ".") + r"\Z"

    return "|".join(one(wildcard) for wildcard in wildcards)


def match_callback(cls, source_ast, *literals):
    compiled = re.compile("(?:" + "|".join(one.value for one in literals) + r")\Z", re.I | re.S)
    return lambda source, *_: compiled.match(source) is not None if isinstance(source, str) else None


def address_callback(original):
    """A text that is no address lies in no network."""

    def get_callback(cls, source_ast, *literals):
        inner = original(source_ast, *literals)

        def callback(source, *_):
            try:
                return inner(source)
            except ValueError:
                return False

        return callback

    return classmethod(get_callback)


def correct_functions():
    functions.Wildcard.to_regex = classmethod(wildcard_regex)
    functions.Match.get_callback = classmethod(match_callback)
    functions.CidrMatch.get_callback = address_callback(functions.CidrMatch.get_callback)


def known_function(match):
    name = match.group(1)
    if any(name in spellings(known) for known in KNOWN):
        return name + INSENSITIVE + "("
    return match.group(0)


KNOWN = list(functions.list_functions())
add_functions()
correct_functions()


def prepared(query):
    """The query with `fn~(` under its own name and addresses as networks."""
    query = re.sub(r"\b(\w+)~\s*\(", known_function, query)
    return re.sub(r'(?i)cidrmatch\((?:[^()]|\([^()]*\))*\)', networks, query)


def networks(match):
    text = re.sub(r'"(\d+(?:\.\d+){3})"', r'"\1/32"', match.group(0))
    return re.sub(r'"([0-9a-fA-F]*:[0-9a-fA-F:]*)"', r'"\1/128"', text)


def parse(query):
    with elasticsearch_syntax, allow_negation, allow_sample, allow_runs, skip_optimizations:
        return parse_query(prepared(query))


def refused(query):
    """Why the oracle refuses a query, or None."""
    try:
        parse(query)
        return None
    except eql.EqlError as error:
        return " ".join(str(error).split())[:200]
    except RecursionError:
        return "recursion"

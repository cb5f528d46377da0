"""Accept/reject: Tripline's ES|QL front end against `esql-parser`, Elasticsearch's own grammar.

Needs the release example `esql_accept` of tripline-languages and elastic/detection-rules in the
shared folder. The grammar is that of 9.1.3 and
knows no functions, no columns and no types, so only syntax codes (below) count on our side; what
is newer than the grammar is left out by NEWER. Prints every difference and fails on one that
EXPECTED does not name.
"""
import glob
import json
import os
import random
import re
import subprocess
import sys
import tomllib

import lib_paths
from antlr4 import CommonTokenStream, InputStream
from antlr4.error.ErrorListener import ErrorListener
from esql_parser.EsqlBaseLexer import EsqlBaseLexer
from esql_parser.EsqlBaseParser import EsqlBaseParser

# Codes that are about syntax; the others are about meaning, which a grammar does not see.
SYNTAX = {"E0801", "E0802", "E0803", "E0804", "E0805", "E0806", "E0809", "E0810", "E0120"}

# Constructs of later versions than the oracle's.
NEWER = re.compile(r"(?i)\binline\s+stats\b|\bwith\s*\{|\bset\s+\w+\s*=|\bfuse\b|\bfork\b")

# Differences that are meant: by the oracle's message, why.
EXPECTED = {
    "input 'first'": "`FIRST` is a function too since 9.2",
    "input 'last'": "`LAST` is a function too since 9.2",
}


class Errors(ErrorListener):
    def __init__(self):
        self.found = []

    def syntaxError(self, recognizer, symbol, line, column, message, error):
        self.found.append(f"{line}:{column} {message}")


def oracle(query):
    errors = Errors()
    lexer = EsqlBaseLexer(InputStream(query))
    lexer.removeErrorListeners()
    lexer.addErrorListener(errors)
    lexer.isDevVersion = lambda: False
    parser = EsqlBaseParser(CommonTokenStream(lexer))
    parser.removeErrorListeners()
    parser.addErrorListener(errors)
    parser.isDevVersion = lambda: False
    try:
        parser.singleStatement()
    except Exception as error:  # the lexer's mode stack runs empty on unbalanced brackets
        errors.found.append(str(error))
    return errors.found[0] if errors.found else None


def queries(folder):
    for part in ("rules", "rules_building_block", "hunting"):
        pattern = os.path.join(folder, part, "**", "*.toml")
        for path in sorted(glob.glob(pattern, recursive=True)):
            with open(path, "rb") as file:
                document = tomllib.load(file)
            name = os.path.relpath(path, folder)
            if document.get("rule", {}).get("type") == "esql":
                yield name, document["rule"]["query"]
            for at, query in enumerate(document.get("hunt", {}).get("query", [])):
                query = re.sub(r"\A\s*sql\n", "", query)
                if re.match(r"(?is)\s*((//[^\n]*|/\*.*?\*/)\s*)*(from|row)\b", query):
                    yield f"{name}#{at}", query


def mutated(query, chance):
    """The query with one token gone, doubled or changed."""
    tokens = list(re.finditer(r'"""[\s\S]*?"""|"[^"\n]*"|[\w.@]+|[^\s\w]', query))
    token = chance.choice(tokens)
    what = chance.choice(["", token.group() + " " + token.group(), "|", "and", "(", '"'])
    return query[: token.start()] + what + query[token.end():]


def main():
    example, folder = str(lib_paths.example("esql_accept")), str(lib_paths.corpus("elastic"))
    chance = random.Random(1)
    cases = [(n, q) for n, q in queries(folder) if not NEWER.search(q)]
    short = [case for case in cases if len(case[1]) < 1500]
    broken = [(f"{n} mutated {i}", mutated(q, chance)) for i in range(2) for n, q in short]
    cases += [case for case in broken if not NEWER.search(case[1])]
    out = subprocess.run(
        [example], input=json.dumps(cases), capture_output=True, text=True, check=True)
    answers = [json.loads(line) for line in out.stdout.splitlines()]
    both = rejected = different = unexpected = 0
    for (name, query), answer in zip(cases, answers, strict=True):
        theirs = oracle(query)
        ours = next((d for d in answer["diagnostics"] if d[:5] in SYNTAX), None)
        if (theirs is None) == (ours is None):
            both += theirs is None
            rejected += theirs is not None
            continue
        different += 1
        reason = next((why for text, why in EXPECTED.items() if theirs and text in theirs), None)
        unexpected += reason is None
        print(f"{name}\n  oracle: {theirs}\n  ours: {ours}\n  expected: {reason}", flush=True)
    print(f"{len(cases)} queries: both accept {both}, both reject {rejected}, differ {different}, "
          f"unexpected {unexpected}")
    sys.exit(1 if unexpected else 0)


if __name__ == "__main__":
    main()

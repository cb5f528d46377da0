#!/usr/bin/env python3
"""Fills fuzz/corpus/TARGET with inputs from our own rules, cases and sample events.

Usage: fuzz/seeds.py [FOLDER]      (default: fuzz/corpus)
"""
import hashlib
import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
STARTER = ROOT / "data/starter"


def blocks(language):
    """Code blocks of the literate cases."""
    for path in sorted((ROOT / "tests/rules" / language).glob("*.md")):
        yield from re.findall(r"^```+[^\n]*\n(.*?)^```", path.read_text(), re.M | re.S)


def files(folder, suffix):
    return [path.read_text() for path in sorted(folder.rglob("*" + suffix))]


def queries(language):
    for text in files(STARTER / "elastic", ".toml"):
        # Hunting queries lie beside the rules and are none.
        rule = tomllib.loads(text).get("rule", {})
        if rule.get("language") == language:
            yield rule["query"]


def main():
    target = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "fuzz/corpus")
    sigma = files(STARTER / "sigma", ".yml")
    bundles = [ROOT / "crates/attack/tests/data/tiny.json"]
    regexes = ["a.*b\nxab", "(a|b)+~(ab)\nab", "<1-20>@&x\n7", '[^a-c]{2,3}"q"\nxyz']
    seeds = {
        "yaml": sigma + list(blocks("sigma")),
        "sigma": sigma + list(blocks("sigma")),
        "eql": list(queries("eql")) + list(blocks("eql")),
        "kuery": list(queries("kuery")) + list(blocks("kuery")),
        "spl": list(blocks("spl")),
        "lucene": list(queries("lucene")) + list(blocks("lucene")),
        "elastic_toml": files(STARTER / "elastic", ".toml"),
        "stix": [path.read_text() for path in bundles],
        "atomic": sigma[:5],
        "events": [line for text in files(STARTER / "events", ".ndjson") for line in text.splitlines()],
        "lucene_regex": regexes,
    }
    for name, texts in seeds.items():
        folder = target / name
        folder.mkdir(parents=True, exist_ok=True)
        for text in texts:
            data = text.encode()
            (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
        print(f"{name}: {len(texts)} seeds")


main()

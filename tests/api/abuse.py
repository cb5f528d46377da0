#!/usr/bin/env python3
"""What a hostile or careless crowd does to `tripline serve`, and that it goes on answering.

Starts the server over the starter catalogue (or the one named by TRIPLINE_FULL) on a free port of
127.0.0.1: a thousand connections at once, clients that send a byte now and then, texts of a megabyte
to the workbench. At the end a page is answered as at the beginning, and memory is within its limit.
"""

import concurrent.futures
import os
import pathlib
import re
import resource
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from lib_server import serving

CONNECTIONS = 1000
# Serving takes half of it (bench/serve.py); the rest is one text of a megabyte, a token a byte, and what
# of the texts before it the allocator has not given back yet.
MEGABYTES = 512
LONGEST = 5.0
RULE = "title: {n}\nlogsource: {{category: process_creation}}\ndetection:\n  s:\n    Image:\n"


def main():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    with serving(os.environ.get("TRIPLINE_FULL")) as (root, server):
        before = fetch(f"{root}/techniques/T1059.001")
        crowd(root)
        dawdlers(root, server)
        texts(root)
        begin = time.perf_counter()
        after = fetch(f"{root}/techniques/T1059.001")
        took = time.perf_counter() - begin
        most = peak(server.pid)
    check(before == after, "the page is the same as before")
    check(took < LONGEST, f"the page takes {took:.2f} s")
    check(most <= MEGABYTES, f"memory {most:.0f} MB at most, {MEGABYTES} allowed")


def fetch(address, data=None):
    with urllib.request.urlopen(address, data=data, timeout=60) as answer:
        return answer.read()


def check(holds, what):
    print(("ok    " if holds else "WRONG ") + what)
    if not holds:
        sys.exit(1)


def peak(pid):
    status = pathlib.Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0.0
    return int(re.search(r"^VmHWM:\s+(\d+)", status.read_text(), re.M)[1]) / 1024


def place(root):
    host, port = urllib.parse.urlsplit(root).netloc.split(":")
    return host, int(port)


def crowd(root):
    """Opens every connection first, then asks on each, then reads each."""
    paths = ["/", "/matrix", "/techniques/T1059.001", "/search?q=lsass", "/api/v1/ledger"]
    sockets = [socket.create_connection(place(root), timeout=60) for _ in range(CONNECTIONS)]
    for number, one in enumerate(sockets):
        path = paths[number % len(paths)]
        one.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    good = 0
    for one in sockets:
        answer = b""
        while piece := one.recv(65536):
            answer += piece
        one.close()
        good += answer.startswith(b"HTTP/1.1 200")
    check(good == CONNECTIONS, f"{good} of {CONNECTIONS} connections at once are answered")


def dawdlers(root, server):
    """Clients that never come to an end do not keep others from their answers."""
    slow = [socket.create_connection(place(root), timeout=60) for _ in range(200)]
    for one in slow:
        one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
    longest = 0.0
    for _ in range(5):
        for one in slow:
            one.sendall(b"x")
        begin = time.perf_counter()
        fetch(f"{root}/ledger")
        longest = max(longest, time.perf_counter() - begin)
    check(server.poll() is None and longest < LONGEST, f"beside 200 slow clients a page takes {longest:.2f} s")
    for one in slow:
        one.close()


def texts(root):
    """Texts of up to a megabyte, several at a time; longer ones are refused."""
    line = "      - 'C:\\Windows\\{n}.exe'\n"
    rule = RULE.format(n=1) + "".join(line.format(n=n) for n in range(30_000)) + "  condition: s\n"
    all_texts = [
        rule[: 1024 * 1024],
        "(" * (1024 * 1024),
        "a: " * 300_000,
        "[" * 1_000_000,
        "- " * 500_000,
        "&a [*a, *a]\n" * 80_000,
        "process where " + "not " * 250_000,
        "\u00e9" * 500_000,
    ]
    languages = ["", "eql", "kusto", "spl", "esql", "lucene", "kuery", "yaral"]
    asked = [(text, language) for text in all_texts for language in languages]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda one: post(root, *one), asked))
    odd = [(status, language, text[:20]) for (status, _), (text, language) in zip(results, asked)
           if status not in (200, 400)]
    longest = max(took for _, took in results)
    check(not odd, f"{len(asked)} texts of a megabyte are answered {odd[:3] or ''}, the longest after {longest:.1f} s")
    status, _ = post(root, "a" * (1024 * 1024 + 1), "")
    check(status == 400, f"a longer text is refused with {status}")


def post(root, text, language):
    query = f"?language={language}" if language else ""
    begin = time.perf_counter()
    try:
        fetch(f"{root}/api/v1/workbench{query}", data=text.encode()[: 1024 * 1024 + 1])
        status = 200
    except urllib.error.HTTPError as error:
        error.read()
        status = error.code
    return status, time.perf_counter() - begin


if __name__ == "__main__":
    main()

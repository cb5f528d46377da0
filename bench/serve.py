#!/usr/bin/env python3
"""Puts `tripline serve` under load and prints requests per second, latency and memory.

Needs a release build, `wrk` (Debian: apt-get install wrk) and ../shared/corpora, or a catalogue
named with --catalog. Server and load share the machine and its cores. Only 127.0.0.1 is asked.

    bench/serve.py [--seconds 8] [--connections 64] [--catalog FILE] [--save]
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
CORPORA = ROOT.parent / "shared" / "corpora"

# Name, address, limits of issue 4: requests per second at least, p99 in milliseconds at most.
PAGES = [
    ("technique", "/techniques/T1059.001", 5000, None),
    ("technique API", "/api/v1/techniques/T1059.001", None, None),
    ("search", "/search?q=powershell", None, 10.0),
    ("matrix", "/matrix", None, None),
    ("rule", None, None, None),
    ("home", "/", None, None),
]
# At this share of the highest rate the latency is that of a server at work, not of a queue.
CALM_CONNECTIONS = 2
MEGABYTES = 400
FIRST_PAGE = 150_000
CALM_P99 = {"technique": 5.0, "search": 10.0}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def memory(pid):
    """Resident megabytes now and at most."""
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    value = lambda name: int(re.search(rf"^{name}:\s+(\d+)", status, re.M)[1]) / 1024
    return value("VmRSS"), value("VmHWM")


def wait(address, server):
    for _ in range(300):
        if server.poll() is not None:
            sys.exit("the server ended")
        try:
            return urllib.request.urlopen(address, timeout=5).read()
        except OSError:
            time.sleep(0.1)
    sys.exit("the server does not answer")


def complete(root):
    """Bytes of the first page with everything that it loads, as a browser gets them."""
    page = urllib.request.urlopen(f"{root}/").read().decode()
    loaded = re.findall(r'<(?:link rel="(?:icon|stylesheet)"|script)[^>]* (?:href|src)="(/[^"]+)"', page)
    return sum(compressed(root + path) for path in ["/", *loaded])


def compressed(address):
    request = urllib.request.Request(address, headers={"Accept-Encoding": "br"})
    return len(urllib.request.urlopen(request).read())


LUA = """
done = function(summary, latency, requests)
  io.stderr:write(string.format(
    '{"requests": %d, "seconds": %.3f, "errors": %d, "p50": %.3f, "p99": %.3f, "max": %.3f}\\n',
    summary.requests, summary.duration / 1e6,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status
      + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
"""


def load(address, seconds, connections, script):
    threads = min(2, connections)
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "-s", script,
               "-H", "Accept-Encoding: br", address]
    result = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    lines = [line for line in result.stderr.splitlines() if line.startswith("{")]
    if not lines:
        sys.exit(f"wrk failed: {result.stdout}{result.stderr}")
    figures = json.loads(lines[-1])
    figures["rate"] = round(figures["requests"] / figures["seconds"], 1)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--catalog", type=pathlib.Path)
    parser.add_argument("--tripline", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release/tripline")
    parser.add_argument("--save", action="store_true")
    args = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("wrk is not installed")
    with tempfile.TemporaryDirectory() as scratch:
        catalog = args.catalog
        if catalog is None:
            catalog = pathlib.Path(scratch) / "catalog.db"
            subprocess.run([args.tripline, "build", CORPORA, "-o", catalog], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        script = pathlib.Path(scratch) / "figures.lua"
        script.write_text(LUA)
        results = measure(args, catalog, str(script))
    if args.save:
        name = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d-%H%M-serve.json")
        path = ROOT / "bench" / "runs" / name
        path.write_text(json.dumps(results, indent=1) + "\n")
        print(f"saved {path.relative_to(ROOT)}")
    failed = [row["page"] for row in results["pages"] if not row["holds"]]
    failed += ["memory"] if results["megabytes"]["most"] > MEGABYTES else []
    failed += ["first page"] if results["first_page_bytes"] > FIRST_PAGE else []
    if failed:
        sys.exit(f"beyond its limit: {', '.join(failed)}")


def measure(args, catalog, script):
    address = f"127.0.0.1:{free_port()}"
    command = [args.tripline, "serve", "--addr", address, "--catalog", catalog]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            root = f"http://{address}"
            wait(f"{root}/", server)
            ready = time.perf_counter() - start
            idle, _ = memory(server.pid)
            first = complete(root)
            found = json.load(urllib.request.urlopen(f"{root}/api/v1/techniques/T1059.001"))
            rule = f"/rules/{urllib.request.quote(found['rules'][0]['id'], safe=':')}"
            pages = [run(root, page, path or rule, limits, args, script)
                     for page, path, *limits in PAGES]
            now, most = memory(server.pid)
        finally:
            server.terminate()
    print(f"first page complete {first / 1000:.1f} kB")
    print(f"ready after {ready:.2f} s; memory {idle:.0f} MB idle, {now:.0f} MB after, {most:.0f} MB at most")
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "load": os.getloadavg()},
        "ready_seconds": round(ready, 3),
        "megabytes": {"idle": round(idle), "after": round(now), "most": round(most)},
        "seconds": args.seconds,
        "first_page_bytes": first,
        "pages": pages,
    }


def run(root, page, path, limits, args, script):
    rate_limit, p99_limit = limits
    address = root + path
    size = compressed(address)
    calm = load(address, max(2, args.seconds // 3), CALM_CONNECTIONS, script)
    full = load(address, args.seconds, args.connections, script)
    p99_limit = CALM_P99.get(page, p99_limit)
    holds = (rate_limit is None or full["rate"] >= rate_limit) and \
        (p99_limit is None or calm["p99"] <= p99_limit) and full["errors"] == 0
    print(f"{page:14} {size / 1000:7.1f} kB br  {full['rate']:9.0f} req/s  "
          f"p99 {full['p99']:7.2f} ms of {args.connections}, {calm['p99']:6.2f} ms of {CALM_CONNECTIONS}"
          f"{'' if holds else '  BEYOND ITS LIMIT'}")
    return {"page": page, "address": path, "bytes_br": size, "holds": holds,
            "calm": calm, "full": full}


if __name__ == "__main__":
    main()

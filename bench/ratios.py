#!/usr/bin/env python3
"""Lish beside java-control-plane in one run: each cell of the table in turn, what each paid, and the ratio that is to hold.

  ratios.py [--only TEXT] [--repeats 1]      TEXT: only cells whose name begins so, as "delta/1000" or "sotw"

Both serve with -Xmx4g; Lish's Central Dogma is a process of its own. CPU is the server process's for each change, ACKs included.
Besides, what the whole machine was busy with for each change, so that nothing hides in the kernel or another process; the load client
is part of it. Exit code 1: a ratio does not hold, a latency is not ahead, or a stream failed. 5,000 streams need `ulimit -n 20000`.
"""
import argparse, sys

import bench

# mode, streams, clusters, steps; how much of java's CPU, and of its memory, is allowed
CELLS = [
    ("delta", 1000, 100, "once:30,100:15s,once:30", 0.6, None),
    ("sotw", 1000, 100, "once:30,100:10s,once:20", 0.25, None),
    ("delta", 1000, 1000, "once:20,100:10s,once:20", 0.5, None),
    ("sotw", 1000, 1000, "once:20,once:40,once:40", 0.05, None),
    ("delta", 5000, 100, "once:12,400:30s,once:20", 0.55, 0.4),
]


def run(peer, mode, streams, clusters, steps):
    results = bench.cell(f"{peer}/{mode}/{streams}/{clusters}/{steps}/1")
    if not results:
        raise SystemExit(f"{peer} could not be measured")
    return results[0]


def machine(step):
    """CPU ms of everything for each change: server, client and the rest."""
    return step["server_cpu_ms_per_change"] + step["client_cpu_ms_per_change"] + step.get("other_cpu", 0) * 1e3 / step["changes_per_s"]


def mean(steps, value):
    """Over all changes, however many each step made."""
    return sum(value(w) * w["changes"] for w in steps) / sum(w["changes"] for w in steps)


def compare(name, java, lish, most, memory):
    held = True

    def row(what, a, b, unit, limit=None, note=""):
        nonlocal held
        ratio = b / a
        ok = limit is None or ratio <= limit
        held &= ok
        goal = "" if limit is None else f"{limit:.2f}" if ok else f"{limit:.2f} **missed**"
        print(f"| {name} | {what} | {a:.4g} {unit} | {b:.4g} {unit} | {ratio:.2f} | {goal}{note} |", flush=True)

    cpu = lambda w: w["server_cpu_ms_per_change"]
    for a, b in zip(java["watch"], lish["watch"]):
        row(f"`{a['step']}` CPU", cpu(a), cpu(b), "ms", most)
        row(f"`{a['step']}` p50", a["p50_ms"], b["p50_ms"], "ms", 1)
        row(f"`{a['step']}` p99", a["p99_ms"], b["p99_ms"], "ms", 1)
    row("all changes, CPU", mean(java["watch"], cpu), mean(lish["watch"], cpu), "ms", most)
    row("all changes, CPU of the machine", mean(java["watch"], machine), mean(lish["watch"], machine), "ms")
    row("connected after", java["connect"]["max_ms"], lish["connect"]["max_ms"], "ms")
    row("resident at most", *(max(w["server_rss_max_mib"] for w in r["watch"]) for r in (java, lish)), "MiB", memory)
    return held and not java["failed_streams"] and not lish["failed_streams"]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--only", default="")
    p.add_argument("--repeats", type=int, default=1)
    a = p.parse_args()
    held = True
    for mode, streams, clusters, steps, most, memory in CELLS:
        name = f"{mode}/{streams}/{clusters}"
        if not f"{name}/".startswith(a.only.rstrip("/") + "/") and a.only:
            continue
        for _ in range(a.repeats):
            java, lish = (run(peer, mode, streams, clusters, steps) for peer in ("java", "lish-apart"))
            print(f"\n| {name} | | java | Lish | Lish to java | goal |\n|---|---|---|---|---|---|")
            held &= compare(name, java, lish, most, memory)
            print(flush=True)
    sys.exit(0 if held else 1)


main()

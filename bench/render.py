#!/usr/bin/env python3
"""How long a mesh of 1,000 clusters takes from a commit until all its groups are served.

  render.py [--groups 20] [--changes 20]

Starts `./lish serve` with the mesh of mesh.py (one stage; every tenth cluster is a template) and an embedded
Central Dogma, and commits by turns: one plain cluster, which all groups have, and a value that all templates
use, so that 100 clusters are rendered again and sent to every group. Each is timed from the commit to the
moment when the API says that the stage serves its revision (asked every 2 ms); of that, Central Dogma's own
answer to the commit is told apart. Medians; the first half of the changes warms up.
"""
import argparse, json, os, shutil, signal, statistics, subprocess, tempfile, time, urllib.request

import first_answer
import mesh

HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOST = "127.0.0.1"


def serving(admin):
    with urllib.request.urlopen(f"http://{HOST}:{admin}/api/v1/delivery", timeout=20) as answer:
        return json.load(answer)["stages"][0].get("serving")


def await_serving(admin, wanted, pause, limit=120):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        try:
            if wanted(serving(admin)):
                return
        except OSError:
            pass
        time.sleep(pause)
    raise SystemExit("not served in time")


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--groups", type=int, default=20)
    p.add_argument("--changes", type=int, default=20)
    a = p.parse_args()
    work = tempfile.mkdtemp(prefix="lish-bench-")
    signal.signal(signal.SIGTERM, lambda *_: exit(0))
    process = None
    try:
        dogma, admin, xds = first_answer.free_ports(3)
        mesh.make(work + "/mesh", 1, a.groups, True)
        first_answer.write(work + "/lish.yaml",
              f"data_dir: {work}/data\nconfig_dir: {work}/mesh\nlog_level: warn\nadmin: {{ port: {admin} }}\nxds: {{ port: {xds} }}\n"
              f"embedded_central_dogma: {{ port: {dogma} }}\n")
        start = time.monotonic()
        process = subprocess.Popen([HOME + "/lish", "serve", "--config", work + "/lish.yaml"], env=dict(os.environ, LISH_NO_BUILD="1"),
                                   stdout=subprocess.DEVNULL)
        await_serving(admin, lambda revision: revision, 0.05)
        print(f"1,000 clusters, 500 route configurations, {a.groups} groups: served {time.monotonic() - start:.1f} s after the start")
        kinds = {"one cluster": ("/common/clusters/svc-0001.yaml", lambda k: mesh.CLUSTER.format(n="svc-0001", timeout=f"{k + 2}s")),
                 "a value of 100 templates": ("/values/s0.yaml", lambda k: f"timeout: {k + 2}s\n")}
        for kind, (path, text) in kinds.items():
            times, commits = [], []
            for k in range(a.changes):
                before = serving(admin)
                start = time.monotonic()
                first_answer.commit(dogma, path, text(k))
                commits.append((time.monotonic() - start) * 1e3)
                await_serving(admin, lambda revision: revision > before, 0.002)
                times.append((time.monotonic() - start) * 1e3)
                time.sleep(0.2)
            warm, commits = (all[len(all) // 2:] for all in (times, commits))
            print(f"{kind}: median {statistics.median(warm):.0f} ms, largest {max(warm):.0f} ms, of which the commit {statistics.median(commits):.0f} ms")
    finally:
        if process:
            process.terminate()
            process.wait(20)
        shutil.rmtree(work, ignore_errors=True)


main()

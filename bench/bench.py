#!/usr/bin/env python3
"""Runs xdsload against the peers and appends one JSON line per run to results.jsonl.

  bench.py CELL...    CELL = peer/mode/streams/clusters/steps/repeats, e.g. go/sotw/1000/100/once:6/3
A peer is started once for each cell, warmed up, measured and ended.
"""
import json, os, resource, subprocess, sys, time, urllib.request

ROOT = os.path.dirname(os.path.abspath(__file__))
PEERS = {
    "go": [ROOT + "/peer-go/peer-go"],
    "go-linear": [ROOT + "/peer-go/peer-go", "--cache=linear"],
    "java": [ROOT + "/peer-java/run.sh"],
    "java-cached": [ROOT + "/peer-java/run.sh", "--serializer=cached"],
    "lish": [ROOT + "/peer-lish/peer.py"],
    "lish-apart": [ROOT + "/peer-lish/peer.py", "--dogma=apart"],
    **{f"lish-{kind}": [ROOT + "/peer-lish/peer.py", "--change=" + kind] for kind in ("cluster", "listener", "route")},
    "lish-unguarded": [ROOT + "/peer-lish/peer.py", "--guard=off"],
    "lish-groups": [ROOT + "/peer-lish/peer.py", "--groups=100"],
    "lish-tls": [ROOT + "/peer-lish/peer.py", "--tls"],
    "lish-slow": [ROOT + "/peer-lish/peer.py"],
    "lish-node-every": [ROOT + "/peer-lish/peer.py"],
    "lish-shared": [ROOT + "/peer-lish/peer.py", "--dogma=apart"],
    "lish-shared-storm": [ROOT + "/peer-lish/peer.py", "--dogma=apart", "--batch=1000", "--guard=off"],
    "lish-reach": [ROOT + "/peer-lish/peer.py", "--change=route", "--routes=2500", "--routes-per-host=40"],
    "lish-consul": [ROOT + "/peer-lish/peer.py", "--registry=consul"],
    "lish-consul-wide": [ROOT + "/peer-lish/peer.py", "--registry=consul", "--consul-connections=1200"],
    "floor": [ROOT + "/floor/run.sh"],
    "floor-full": [ROOT + "/floor/run.sh", "--full"],
}
CLIENT = {  # what the load client is told besides
    "lish-groups": ["--node-clusters=100"],
    "lish-tls": ["--tls-ca=" + ROOT + "/tls/ca.pem"],
    "lish-slow": ["--slow=50"],
    "lish-node-every": ["--node-every"],
    "lish-shared": ["--conns=1000"],
    "lish-shared-storm": ["--conns=1000"],
}
PORT = int(os.environ.get("BENCH_PORT", "18000"))  # and the next ones, where these are taken
CTL = f"http://127.0.0.1:{PORT + 1}"


def wait_up(limit=180):
    end = time.time() + limit
    while time.time() < end:
        try:
            urllib.request.urlopen(CTL + "/interval?ms=0", timeout=2).close()
            time.sleep(0.3)
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("peer does not start")


def server_pid(peer):
    """The process to measure: the peer itself, or what its control port names."""
    try:
        with urllib.request.urlopen(CTL + "/pid", timeout=2) as answer:
            return int(answer.read() or peer.pid)
    except (OSError, ValueError):
        return peer.pid


def made():
    """How many changes were made at a rate so far, and in how many seconds, where the peer tells."""
    try:
        with urllib.request.urlopen(CTL + "/made", timeout=2) as answer:
            changes, seconds = answer.read().split()
            return int(changes), float(seconds)
    except (OSError, ValueError):
        return 0, 0.0


def load(peer, mode, streams, steps, pid, limit):
    cmd = [ROOT + "/xdsload/xdsload", "--json", "--target", f"127.0.0.1:{PORT}", "--mode", mode, "--streams", str(streams), "--ctl", CTL,
           "--steps", steps, "--server-pid", str(pid), "--label", steps, "--timeout", "120s", *CLIENT.get(peer, [])]
    try:
        p = subprocess.run(cmd, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        print(peer, steps, "client timed out", flush=True)
        return None
    if p.returncode:
        print(peer, steps, p.stderr.strip()[-300:], flush=True)
    return json.loads(p.stdout) if p.stdout.startswith("{") else None


def cell(spec):
    """Measures one cell, and gives what each of its repeats said."""
    results = []
    peer, mode, streams, clusters, steps, repeats = spec.split("/")
    with open(ROOT + "/peer.log", "ab") as log:
        p = subprocess.Popen(PEERS[peer] + ["--clusters=" + clusters, f"--port={PORT}", f"--ctl-port={PORT + 1}"], stdout=log, stderr=log)
    try:
        wait_up()
        pid = server_pid(p)
        for _ in range(1 if peer.startswith("go") else 2):
            load(peer, mode, 100, "50:4s" if clusters == "100" else "500:4s", pid, 60)
        for i in range(int(repeats)):
            before = made()
            r = load(peer, mode, int(streams), steps, pid, 300)
            changes, seconds = (after - b for after, b in zip(made(), before))
            if not r:
                break
            r["cell"] = dict(peer=peer, mode=mode, streams=int(streams), clusters=int(clusters), run=i)
            with open(ROOT + "/results.jsonl", "a") as f:
                f.write(json.dumps(r) + "\n")
            results.append(r)
            c = r["connect"]
            print(f"{spec} #{i} load={r['loadavg_before']} connect p50={c['p50_ms']:.0f} p99={c['p99_ms']:.0f} max={c['max_ms']:.0f}ms "
                  f"{c['wire_mb']:.1f}MB srv={c['server_cpu_s']:.2f}s cli={c['client_cpu_s']:.2f}s rss={c['server_rss_mib']} n={c['n']} failed={r['failed_streams']}", flush=True)
            for w in r.get("watch") or []:
                print(f"   {w['step']:>9} n={w['changes']} ({w['changes_per_s']:.1f}/s, complete {w['complete']} missed {w.get('missed')} newest {w.get('newest_n')}) p50={w['p50_ms']:.1f} p99={w['p99_ms']:.1f} "
                      f"max={w['max_ms']:.1f} worst={w['worst_ms']:.0f} thirds={w['first_third_p50_ms']:.0f}/{w['last_third_p50_ms']:.0f} "
                      f"wire={w['wire_kb_per_change_per_stream']:.2f}KB srv={w['server_cpu_ms_per_change']:.1f}ms cli={w['client_cpu_ms_per_change']:.1f}ms "
                      f"rss={w['server_rss_mib']}/{w['server_rss_max_mib']} other={w.get('other_cpu', 0):.2f}", flush=True)
            if changes:
                print(f"   made at a rate: {changes} in {seconds:.1f} s, {changes / seconds:.1f}/s", flush=True)
            time.sleep(1)
    finally:
        p.terminate()
        try:
            p.wait(20)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()
    return results


resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)  # as far as allowed
if __name__ == "__main__":
    for s in sys.argv[1:]:
        cell(s)

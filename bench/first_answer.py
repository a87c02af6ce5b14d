#!/usr/bin/env python3
"""From a commit to the first changed answer of a real Envoy.

  first_answer.py [--routes=3000] [--configs=30] [--changes=50] [--envoy=envoy] [--sotw]

Starts `./lish serve` with that many routes, spread over that many route configurations and listeners,
and one Envoy. Then edits one route by a commit to the Central Dogma inside Lish and asks that Envoy over
a kept connection until the answer is the new one. Prints p50, p99 and the largest of the times, how much
of them Central Dogma's own answer to the commit took, how many answers were neither the old nor the new one,
and where the mean of the time went: from when Lish had read the commit to its response, from there to Envoy's
ACK (both by Lish's metrics), and the rest.
"""
import argparse, http.client, json, os, shutil, signal, socket, subprocess, sys, tempfile, time, urllib.request

HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOST = "127.0.0.1"

LISTENER = """name: main-{i}
address: {{ socket_address: {{ address: 127.0.0.1, port_value: {port} }} }}
filter_chains:
  - filters:
      - name: hcm
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: main-{i}
          rds: {{ route_config_name: main-{i}, config_source: {{ ads: {{}}, resource_api_version: V3 }} }}
          http_filters:
            - name: envoy.filters.http.router
              typed_config: {{ "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }}
"""


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for s in sockets:
        s.bind((HOST, 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def route_config(i, answers):
    lines = [f"name: main-{i}\nvirtual_hosts:\n  - name: all\n    domains: [ '*' ]\n    routes:\n"]
    for path, body in answers.items():
        lines.append(f"      - {{ match: {{ path: /{path} }}, direct_response: {{ status: 200, body: {{ inline_string: '{body}' }} }} }}\n")
    return "".join(lines)


def commit(dogma, path, text):
    body = {"commitMessage": {"summary": "a change", "detail": "", "markup": "PLAINTEXT"},
            "changes": [{"path": path, "type": "UPSERT_TEXT", "content": text}]}
    request = urllib.request.Request(
        f"http://{HOST}:{dogma}/api/v1/projects/lish/repos/mesh/contents?revision=-1", json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": "Bearer anonymous"})
    urllib.request.urlopen(request, timeout=60).close()


def ask(connection, path):
    connection.request("GET", "/" + path)
    return connection.getresponse().read().decode()


def spent(admin, name):
    """Sum and count of a histogram of routes, in ms."""
    with urllib.request.urlopen(f"http://{HOST}:{admin}/metrics", timeout=20) as answer:
        lines = answer.read().decode().splitlines()
    found = {line.split("{")[0].rsplit("_", 1)[1]: float(line.rsplit(" ", 1)[1]) for line in lines
             if line.startswith((name + "_sum{", name + "_count{")) and 'type="route"' in line}
    return found.get("sum", 0) * 1e3, found.get("count", 0)


def await_answer(port, path, limit=120):
    end = time.time() + limit
    while time.time() < end:
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=5)
            if ask(connection, path) == "first":
                return connection
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("no answer through Envoy")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--routes", type=int, default=3000)
    p.add_argument("--configs", type=int, default=30)
    p.add_argument("--changes", type=int, default=50)
    p.add_argument("--envoy", default=os.environ.get("ENVOY", "envoy"))
    p.add_argument("--sotw", action="store_true")
    a = p.parse_args()
    work = tempfile.mkdtemp(prefix="lish-bench-")
    processes = []
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        dogma, admin, xds, *listeners = free_ports(3 + a.configs)
        write(work + "/mesh/mesh.yaml", 'stages: [ { name: release } ]\ngroups: [ { name: all, resources: [ "all/**" ] } ]\n')
        answers = [{f"r{j}": "first" for j in range(i, a.routes, a.configs)} for i in range(a.configs)]
        for i, port in enumerate(listeners):
            write(f"{work}/mesh/all/listeners/{i}.yaml", LISTENER.format(i=i, port=port))
            write(f"{work}/mesh/all/routes/{i}.yaml", route_config(i, answers[i]))
        write(work + "/lish.yaml",
              f"data_dir: {work}/data\nconfig_dir: {work}/mesh\nlog_level: warn\nadmin: {{ port: {admin} }}\nxds: {{ port: {xds} }}\n"
              f"embedded_central_dogma: {{ port: {dogma} }}\n")
        env = dict(os.environ, LISH_NO_BUILD="1")
        processes.append(subprocess.Popen([HOME + "/lish", "serve", "--config", work + "/lish.yaml"], env=env, stdout=subprocess.DEVNULL))
        bootstrap = [HOME + "/lish", "bootstrap", "--node-id", "one", "--node-cluster", "all", "--server", f"{HOST}:{xds}"]
        write(work + "/envoy.yaml", subprocess.run(bootstrap + (["--sotw"] if a.sotw else []), env=env, check=True, capture_output=True, text=True).stdout)
        processes.append(subprocess.Popen([a.envoy, "-c", work + "/envoy.yaml", "--use-dynamic-base-id", "-l", "error", "--concurrency", "1"]))
        connection = await_answer(listeners[0], "r0")
        times, commits, strange = [], [], 0
        old = "first"
        stations = ("lish_xds_change_sent_seconds", "lish_xds_change_acked_seconds")
        for k in range(a.changes):
            if k == a.changes // 2:
                before = [spent(admin, name) for name in stations]
            new = f"answer {k}"
            answers[0]["r0"] = new
            start = time.monotonic()
            commit(dogma, "/all/routes/0.yaml", route_config(0, answers[0]))
            commits.append((time.monotonic() - start) * 1e3)
            end = start + 60
            while (got := ask(connection, "r0")) != new and time.monotonic() < end:
                strange += got != old
                time.sleep(0.0005)
            times.append((time.monotonic() - start) * 1e3)
            old = new
            time.sleep(0.1)
        after = [spent(admin, name) for name in stations]
        sent, acked = ((t1 - t0) / max(1, n1 - n0) for (t0, n0), (t1, n1) in zip(before, after))
        mean = sum(times[len(times) // 2:]) / len(times[len(times) // 2:])
        warm, commits = (sorted(all[len(times) // 2:]) for all in (times, commits))
        print(f"{a.routes} routes in {a.configs} configurations, {'sotw' if a.sotw else 'delta'}: {len(warm)} changes after as many to warm up: "
              f"p50={warm[len(warm) // 2]:.1f} p99={warm[int(len(warm) * .99)]:.1f} max={warm[-1]:.1f} ms, of which the commit p50={commits[len(commits) // 2]:.1f} ms, strange answers {strange}")
        print(f"mean {mean:.1f} ms: from the commit read to the response sent {sent:.1f}, to the ACK {acked - sent:.1f}; "
              f"the commit, its reading and the answer after the ACK {mean - acked:.1f}")
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in reversed(processes):
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Access-log entries per second: Lish and a plain grpc-java sink in turn, the load generator beside each.

  bench.py [--streams 32] [--rate 0] [--seconds 15] [--warmup 15] [--heap 256m] [--only lish|sink] [--jfr FILE]

Builds what is missing (Go, Maven). Each server runs alone with the generator; both get the same heap and collector. One line of JSON each on stdout, a table on stderr.
"""
import argparse, json, os, resource, signal, socket, subprocess, sys, tempfile, time, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LOAD = HERE + "/logload/logload"
SINK = HERE + "/sink/target/sink.jar"


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("--streams", type=int, default=32)
    p.add_argument("--rate", type=int, default=0)
    p.add_argument("--seconds", type=int, default=15)
    p.add_argument("--warmup", type=int, default=15)
    p.add_argument("--heap", default="256m")
    p.add_argument("--only", choices=["lish", "sink"])
    p.add_argument("--jfr")
    return p.parse_args()


def build():
    if not os.path.exists(LOAD) or os.path.getmtime(LOAD) < os.path.getmtime(HERE + "/logload/main.go"):
        subprocess.run(["go", "build", "-o", LOAD, "."], cwd=HERE + "/logload", check=True)
    if not os.path.exists(SINK):
        subprocess.run(["mvn", "-q", "-B", "package"], cwd=HERE + "/sink", check=True)


def ports(n):
    held = [socket.socket() for _ in range(n)]
    for s in held:
        s.bind(("127.0.0.1", 0))
    found = [s.getsockname()[1] for s in held]
    for s in held:
        s.close()
    return found


def await_answer(url, process, limit=240):
    end = time.time() + limit
    while time.time() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"{url} does not answer")


def jvm_pid(process):
    """The JVM: the process itself, or the child of a shell that started it."""
    pid = process.pid
    while True:
        with open(f"/proc/{pid}/comm") as f:
            if f.read().strip() == "java":
                return pid
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            children = f.read().split()
        if not children:
            raise SystemExit("no JVM")
        pid = int(children[0])


def options(a):
    jfr = [f"-XX:StartFlightRecording=filename={a.jfr},settings=profile"] if a.jfr else []
    return ["-Xmx" + a.heap, *jfr]


def lish(a, folder):
    admin, xds, logs = ports(3)
    with open(folder + "/lish.yaml", "w") as f:
        f.write(f"data_dir: {folder}/data\nconfig_dir: {ROOT}/config\nadmin: {{ port: {admin} }}\nxds: {{ port: {xds} }}\n"
                f"embedded_central_dogma: {{ port: 0 }}\naccess_logs: {{ port: {logs} }}\n")
    env = dict(os.environ, LISH_JAVA_OPTS=" ".join(options(a)))
    process = subprocess.Popen([ROOT + "/lish", "serve", "--config", folder + "/lish.yaml"], env=env, stdout=open(folder + "/log", "w"), stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{admin}/"
    return process, url + "readyz", url + "api/v1/status", logs


def sink(a, folder):
    port, http = ports(2)
    # The collector that `./lish serve` takes by itself.
    command = ["java", "-XX:+UseSerialGC", *options(a), "-cp", f"{HERE}/sink/target/sink.jar:{HERE}/sink/target/lib/*", "bench.Sink", str(port), str(http)]
    process = subprocess.Popen(command, stdout=open(folder + "/log", "w"), stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{http}/"
    return process, url, url, port


def tell(log):
    """What the server complained of, if anything."""
    with open(log, errors="replace") as f:
        bad = [line for line in f if any(word in line for word in ("WARN", "ERROR", "Exception", "OutOfMemory"))]
    for line in bad[:10]:
        print("   " + line.rstrip()[:300], file=sys.stderr)


def run(name, start, a):
    with tempfile.TemporaryDirectory() as folder:
        process, ready, count, port = start(a, folder)
        try:
            await_answer(ready, process)
            load = subprocess.run([LOAD, "--label", name, "--target", f"127.0.0.1:{port}", "--count", count, "--streams", str(a.streams), "--rate", str(a.rate),
                                   "--warmup", f"{a.warmup}s", "--duration", f"{a.seconds}s", "--server-pid", str(jvm_pid(process))],
                                  stdout=subprocess.PIPE, check=True, timeout=a.warmup + a.seconds + 120)
            tell(folder + "/log")
            return json.loads(load.stdout)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def main():
    a = arguments()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit[1], 65536), limit[1]))
    build()
    print(f"{'':6} {'streams':>7} {'entries/s':>10} {'per core':>9} {'server':>7} {'generator':>9} {'RSS MiB':>8}  (load average {os.getloadavg()[0]:.1f})", file=sys.stderr)
    for name, start in (("lish", lish), ("sink", sink)):
        if a.only in (None, name):
            r = run(name, start, a)
            print(json.dumps(r), flush=True)
            print(f"{name:6} {r['streams']:7} {r['entries_per_s']:10,} {r['entries_per_server_core_s']:9,} {r['server_cores']:7.2f} {r['generator_cores']:9.2f} {r['rss_max_mib']:8}", file=sys.stderr)


main()

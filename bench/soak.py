#!/usr/bin/env python3
"""Soak: Envoys come, break and vanish around a Lish with a fixed heap while endpoints change; is its memory flat?

  soak.py [--minutes 30] [--heap 256m] [--clusters 100] [--change-ms 50] [--settled 40]

Every two seconds a herd of streams (xdsload) connects, alternately state of the world and delta. Each herd
ends in one of three ways: closed, reset (killed), or half open (stopped for more than two pings, so that
nothing is read or answered, and then killed). A few streams stay for good. Every ten seconds the server
collects its garbage, and what is left is printed. At the end all clients leave, and the last third is held
against the third before it. Exit code 1: memory grew, descriptors leaked, streams were not forgotten, or
those that were to stay ended.
"""
import argparse, os, random, re, signal, subprocess, sys, time, urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
PORT = int(os.environ.get("BENCH_PORT", "18000"))
STOPPED = 70  # seconds; a connection is closed after two pings of 30 s


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--minutes", type=float, default=30)
    p.add_argument("--heap", default="256m")
    p.add_argument("--clusters", type=int, default=100)
    p.add_argument("--change-ms", type=int, default=50)
    p.add_argument("--settled", type=int, default=40, help="streams that stay")
    return p.parse_args()


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
        return answer.read().decode()


def total(metrics, name, **tags):
    wanted = [f'{k}="{v}"' for k, v in tags.items()]
    sums = [line.rsplit(" ", 1) for line in metrics.splitlines() if re.match(name + r"[{ ]", line)]
    return sum(float(value) for key, value in sums if all(w in key for w in wanted))


class Server:
    def __init__(self, a):
        env = dict(os.environ, LISH_JAVA_OPTS=f"-Xms{a.heap} -Xmx{a.heap}")
        self.process = subprocess.Popen(
            [sys.executable, f"{HERE}/peer-lish/peer.py", "--guard=off", f"--clusters={a.clusters}", f"--port={PORT}",
             f"--ctl-port={PORT + 1}"], stdout=subprocess.PIPE, env=env, text=True)
        # Lish's own lines may come before.
        if not any(line.startswith("READY") for line in self.process.stdout):
            raise SystemExit("lish did not start")
        self.pid = int(get(PORT + 1, "/pid"))

    def interval(self, ms):
        get(PORT + 1, f"/interval?ms={ms}")

    def sample(self):
        subprocess.run(["jcmd", str(self.pid), "GC.run"], stdout=subprocess.DEVNULL, check=True)
        metrics = get(PORT + 3, "/metrics")
        status = open(f"/proc/{self.pid}/status").read()
        return {
            "heap": total(metrics, "jvm_memory_used_bytes", area="heap") / 2**20,
            "direct": total(metrics, "jvm_buffer_memory_used_bytes") / 2**20,
            "rss": int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024,
            "fds": len(os.listdir(f"/proc/{self.pid}/fd")),
            "streams": int(total(metrics, "lish_xds_streams")),
            "opened": int(total(metrics, "lish_xds_streams_opened_total")),
            "responses": int(total(metrics, "lish_xds_responses_total")),
            "threads": int(total(metrics, "jvm_threads_live_threads")),
        }

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


class Herds:
    def __init__(self):
        self.running = []  # (process, when it is due, how it ends)
        self.number = 0

    def start(self, streams, ends, after):
        self.number += 1
        process = subprocess.Popen(
            [f"{HERE}/xdsload/xdsload", "--target", f"127.0.0.1:{PORT}", "--streams", str(streams),
             "--mode", "delta" if self.number % 2 else "sotw", "--node-prefix", f"herd{self.number}-",
             "--watch", "24h"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.running.append((process, time.monotonic() + after, ends))
        return process

    def step(self):
        now = time.monotonic()
        for herd in [h for h in self.running if h[1] <= now]:
            self.running.remove(herd)
            process, _, ends = herd
            if ends == "half open":
                process.send_signal(signal.SIGSTOP)
                self.running.append((process, now + STOPPED, "reset"))
            else:
                process.send_signal(signal.SIGTERM if ends == "closed" else signal.SIGKILL)
                process.wait()

    def end(self):
        for process, _, _ in self.running:
            process.kill()
            process.wait()


def show(seconds, s):
    print(f"{seconds:6.0f} s  heap {s['heap']:6.1f}  direct {s['direct']:5.1f}  rss {s['rss']:6.1f} MiB  descriptors {s['fds']:4d}"
          f"  threads {s['threads']:3d}  streams {s['streams']:4d}  opened {s['opened']:6d}  responses {s['responses']:8d}", flush=True)


def verdict(samples, settled, last):
    third = max(1, len(samples) // 3)
    mean = lambda part, key: sum(s[key] for s in part) / len(part)
    before, after = samples[-2 * third:-third] or samples[:1], samples[-third:]
    wrong = []
    for key in ("heap", "direct", "rss"):
        grown = mean(after, key) - mean(before, key)
        print(f"{key}: last third {mean(after, key):.1f} MiB, the third before {mean(before, key):.1f} MiB ({grown:+.1f})")
        if grown > max(8, mean(before, key) * 0.05):
            wrong.append(f"{key} grew by {grown:.1f} MiB")
    if last["fds"] > settled["fds"] + 10:
        wrong.append(f"descriptors: {last['fds']} (expected: about {settled['fds']})")
    if last["streams"] != 0:
        wrong.append(f"streams: {last['streams']} (expected: 0)")
    return wrong


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    a = arguments()
    subprocess.run(["go", "build", "-o", "xdsload", "."], cwd=f"{HERE}/xdsload", check=True)
    random.seed(1)
    server, herds, samples = Server(a), Herds(), []
    try:
        idle = server.sample()
        show(0, idle)
        server.interval(a.change_ms)
        begin = time.monotonic()
        stays = herds.start(a.settled, "closed", 1e9)
        sampled = herded = begin
        while time.monotonic() - begin < a.minutes * 60:
            herds.step()
            now = time.monotonic()
            if now - herded >= 2:
                herded = now
                herds.start(random.randint(5, 60), random.choice(["closed", "reset", "half open"]), random.uniform(1, 8))
            if now - sampled >= 10:
                sampled = now
                samples.append(server.sample())
                show(now - begin, samples[-1])
            time.sleep(0.05)
        stayed = stays.poll() is None
        server.interval(0)
        herds.end()
        end = time.monotonic() + 2 * STOPPED
        last = server.sample()
        while last["streams"] > 0 and time.monotonic() < end:
            time.sleep(1)
            last = server.sample()
        show(time.monotonic() - begin, last)
        wrong = verdict(samples, idle, last) + ([] if stayed else ["the streams that were to stay ended"])
        print("\n".join(wrong) if wrong else "flat")
        return 1 if wrong else 0
    finally:
        herds.end()
        server.stop()


sys.exit(main())

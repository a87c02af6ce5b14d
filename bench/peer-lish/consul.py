"""A real Consul as the registry of the bench: services, instances, and changes of them.

The instances are on 100 nodes and have one check each. A change sets the check and the metadata of one instance
in one transaction, so it is one index of Consul; the metadata has the date (`bench_marker`), written before Consul is asked.
LISH_CONSUL names the binary; else the newest `consul-*/consul` below ~/.cache/lish, else `consul` on the PATH.
"""
import glob, http.client, json, os, shutil, subprocess, tempfile, threading, time

HOST = "127.0.0.1"
NODES = 100
MOST_OPS = 64  # of one transaction


def binary():
    found = os.environ.get("LISH_CONSUL") or (sorted(glob.glob(os.path.expanduser("~/.cache/lish/consul-*/consul"))) or [None])[-1]
    found = found or shutil.which("consul")
    if not found:
        raise SystemExit("no Consul (expected: LISH_CONSUL, ~/.cache/lish/consul-*/consul, or one on PATH)")
    return found


class Consul:
    def __init__(self, port, a, name):
        self.port, self.a, self.name, self.lock, self.changes = port, a, name, threading.Lock(), 0
        self.critical = set()
        self.folder = tempfile.mkdtemp(prefix="lish-consul-")
        command = [binary(), "agent", "-dev", "-bind", HOST, "-client", HOST, "-node", "bench", "-http-port", str(port), "-server-port", str(port + 1),
                   "-serf-lan-port", str(port + 2), "-serf-wan-port", "-1", "-dns-port", "-1", "-grpc-port", "-1", "-grpc-tls-port", "-1", "-log-level", "error"]
        if a.consul_connections > 150:
            command += ["-hcl", f"limits {{ http_max_conns_per_client = {2 * a.consul_connections} }}"]
        self.process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL)
        self.connection = http.client.HTTPConnection(HOST, port, timeout=60)
        try:
            self.await_leader()
            self.fill()
        except BaseException:
            self.close()
            raise

    def settings(self):
        return f"{{ address: \"{HOST}:{self.port}\", connections: {self.a.consul_connections} }}"

    def put(self, path, body):
        self.connection.request("PUT", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise SystemExit(f"Consul answers {answer.status} {text[:300]!r}")

    def await_leader(self):
        end = time.time() + 30
        while time.time() < end:
            try:
                self.connection.request("GET", "/v1/status/leader")
                if len(self.connection.getresponse().read()) > 4:
                    return
            except OSError:
                self.connection.close()
            time.sleep(0.1)
        raise SystemExit("Consul has no leader")

    def transact(self, ops):
        for i in range(0, len(ops), MOST_OPS):
            self.put("/v1/txn", ops[i:i + MOST_OPS])

    def fill(self):
        self.transact([{"Node": {"Verb": "set", "Node": {"Node": f"node-{n}", "Address": f"10.1.0.{n + 1}"}}} for n in range(NODES)])
        self.transact([op for i in range(self.a.clusters) for j in range(self.a.endpoints_per_cluster) for op in self.instance(i, j, 0)])

    def instance(self, i, j, marker):
        service, node = self.name(i), f"node-{(i * self.a.endpoints_per_cluster + j) % NODES}"
        ident = f"{service}-{j}"
        meta = {"zone": "zone-a"}
        if marker:
            meta["bench_marker"] = str(marker)
        # Two transactions' worth of state in one: Consul takes up to 64 operations.
        return [
            {"Service": {"Verb": "set", "Node": node, "Service": {
                "ID": ident, "Service": service, "Address": f"10.{2 + i // 250}.{i % 250}.{j + 1}", "Port": 8080, "Meta": meta, "Weights": {"Passing": 1, "Warning": 1}}}},
            {"Check": {"Verb": "set", "Check": {
                "Node": node, "CheckID": ident, "Name": "up", "ServiceID": ident, "Status": "critical" if (i, j) in self.critical else "passing"}}},
        ]

    def flip(self, i, j):
        self.critical ^= {(i, j)}

    def change(self):
        """One instance of one service, services in turn: its health flips."""
        with self.lock:
            self.changes += 1
            i = self.changes % self.a.clusters
            self.flip(i, 0)
            self.transact(self.instance(i, 0, time.time_ns()))

    def storm(self, services):
        """Every instance of so many services flips; each service has a date of its own."""
        with self.lock:
            ops = []
            for i in range(min(services, self.a.clusters)):
                for j in range(self.a.endpoints_per_cluster):
                    self.flip(i, j)
                    ops += self.instance(i, j, 0 if j else 1)
            # The date is that of the transaction, whose index is what Lish hears of.
            for at in range(0, len(ops), MOST_OPS):
                part = ops[at:at + MOST_OPS]
                for op in part:
                    meta = op.get("Service", {}).get("Service", {}).get("Meta", {})
                    if "bench_marker" in meta:
                        meta["bench_marker"] = str(time.time_ns())
                self.put("/v1/txn", part)

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

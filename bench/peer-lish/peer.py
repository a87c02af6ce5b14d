#!/usr/bin/env python3
"""Lish as a peer: the real server process from the real jar, and the pusher beside it.

  peer.py [--clusters=100] [--endpoints-per-cluster=10] [--routes=10] [--routes-per-host=1] [--groups=1]
          [--change=endpoint|cluster|listener|route] [--batch=1] [--dogma=embedded|apart] [--tls]
          [--registry=files|consul] [--consul-connections=120] [--guard=on|off]

Generates a mesh folder and the file of a registry, starts `./lish serve` on them and, like the other
peers, makes changes when it is told so: a change is a new registry file, renamed into its place, so all
that Lish does lies between the marker and the client. With another --change it is a commit of the mesh
that edits one resource, straight into Central Dogma. --dogma=apart keeps Central Dogma in a second
process, so that the first one's memory and CPU are those of serving alone. --registry=consul has the
instances in a real Consul, and changes the health of one in it (consul.py). --groups=N takes Envoys of
node.cluster bench-0 to bench-(N-1), each into a group of its own. --tls makes a certificate with openssl
and leaves it in tls/ca.pem for the client. `GET /pid` tells the process to measure, `GET /made` how many changes
were made at a rate, and in how many seconds. JAVA_HOME and
LISH_JAVA_OPTS (here -Xmx4g unless set) are Lish's.
"""
import argparse, http.server, json, os, shutil, signal, subprocess, sys, tempfile, threading, time, urllib.error, urllib.request

from consul import Consul

HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HOST = "127.0.0.1"
ADS = "{ ads: {}, resource_api_version: V3 }"

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
STAGES = "stages: [ { name: release } ]\ngroups:\n"
ONE_GROUP = '  - { name: bench, resources: [ "bench/**" ] }\n'
GROUP = '  - {{ name: bench-{i}, nodes: {{ cluster: bench-{i} }}, resources: [ "bench/**" ] }}\n'

CLUSTER = """---
name: {name}
type: EDS
alt_stat_name: "{mark}"
connect_timeout: 1s
eds_cluster_config: {{ service_name: "bench:{name}", eds_config: """ + ADS.replace("{", "{{").replace("}", "}}") + """ }}
lb_policy: LEAST_REQUEST
"""

LISTENER = """---
name: listener-{i}
address: {{ socket_address: {{ address: 0.0.0.0, port_value: {port} }} }}
filter_chains:
  - filters:
      - name: hcm
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: "{mark}"
          rds: {{ route_config_name: route-{i}, config_source: """ + ADS.replace("{", "{{").replace("}", "}}") + """ }}
          http_filters:
            - name: envoy.filters.http.router
              typed_config: {{ "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }}
"""

HOST_OF_ROUTE = '  - {{ name: {name}, domains: [ {name}.svc ], routes: [ {routes} ] }}\n'
ROUTE = "{{ match: {{ prefix: /{path} }}, route: {{ cluster: {name} }} }}"


def arguments():
    p = argparse.ArgumentParser()
    p.add_argument("--clusters", type=int, default=100)
    p.add_argument("--endpoints-per-cluster", type=int, default=10)
    p.add_argument("--routes", type=int, default=10)
    p.add_argument("--routes-per-host", type=int, default=1)
    p.add_argument("--groups", type=int, default=1)
    p.add_argument("--change", choices=["endpoint", "cluster", "listener", "route"], default="endpoint")
    p.add_argument("--batch", type=int, default=1, help="so many endpoints move with each change, one of each cluster first; one tells when")
    p.add_argument("--guard", choices=["on", "off"], default="on", help="off: hosts that are replaced all the time are not kept for a while")
    p.add_argument("--tls", action="store_true")
    p.add_argument("--port", type=int, default=18000)
    p.add_argument("--ctl-port", type=int, default=18001)
    p.add_argument("--dogma", choices=["embedded", "apart"], default="embedded")
    p.add_argument("--registry", choices=["files", "consul"], default="files")
    p.add_argument("--consul-connections", type=int, default=120, help="above 150 the agent's limit is raised too")
    return p.parse_args()


def name(i):
    return f"cluster-{i:04d}"


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


class Mesh:
    """The mesh folder. A change marks one resource of the kind, in a commit."""

    def __init__(self, a):
        self.a, self.changes, self.lock, self.base = a, 0, threading.Lock(), None
        names = [name(i) for i in range(a.clusters)]
        groups = ONE_GROUP if a.groups == 1 else "".join(GROUP.format(i=i) for i in range(a.groups))
        guard = "" if a.guard == "on" else "guard: { enabled: false }\n"
        self.files = {"mesh.yaml": STAGES + groups + guard}
        for n in names:
            self.files[f"bench/clusters/{n}.yaml"] = CLUSTER.format(name=n, mark="none")
        for i in range(a.routes):
            self.files[f"bench/listeners/{i}.yaml"] = LISTENER.format(i=i, port=20000 + i, mark="none")
            self.files[f"bench/routes/{i}.yaml"] = self.route(i, "none")

    def route(self, i, mark):
        hosts = "".join(
            HOST_OF_ROUTE.format(name=name(j), routes=", ".join(
                ROUTE.format(path="" if k == 0 else k, name=name(j)) for k in reversed(range(self.a.routes_per_host))))
            for j in range(i, self.a.clusters, self.a.routes))
        headers = f"response_headers_to_add: [ {{ header: {{ key: x-mark, value: '{mark}' }} }} ]\n"
        return f"name: route-{i}\n{headers}virtual_hosts:{' []' if not hosts else ''}\n{hosts}"

    def save(self, folder):
        for path, text in self.files.items():
            write(folder + "/" + path, text)

    def change(self, dogma):
        with self.lock:
            self.changes += 1
            mark = f"bench.marker={time.time_ns()}"
            i = self.changes % (self.a.clusters if self.a.change == "cluster" else self.a.routes)
            if self.a.change == "cluster":
                path, text = f"clusters/{name(i)}", CLUSTER.format(name=name(i), mark=mark)
            elif self.a.change == "listener":
                path, text = f"listeners/{i}", LISTENER.format(i=i, port=20000 + i, mark=mark)
            else:
                path, text = f"routes/{i}", self.route(i, mark)
            commit = {
                "commitMessage": {"summary": "a change", "detail": "", "markup": "PLAINTEXT"},
                "changes": [{"path": f"/bench/{path}.yaml", "type": "UPSERT_TEXT", "content": text}]}
            request = urllib.request.Request(
                f"http://{HOST}:{dogma}/api/v1/projects/lish/repos/mesh/contents?revision=-1", json.dumps(commit).encode(),
                {"Content-Type": "application/json", "Authorization": "Bearer anonymous"})
            urllib.request.urlopen(request, timeout=60).close()


class Registry:
    """The registry's file. A change moves the first endpoint of one cluster, or of more of them, and dates it; with a batch
    of more than the clusters, more endpoints of each."""

    def __init__(self, path, a):
        self.path, self.a, self.lock, self.changes = path, a, threading.Lock(), 0
        self.others = ["".join(self.endpoint(i, j) for j in range(1, a.endpoints_per_cluster)) for i in range(a.clusters)]
        self.services = [self.service(i, 0) for i in range(a.clusters)]
        self.write()

    def endpoint(self, i, j, port=8080, metadata=""):
        return f"    - {{ address: 10.{i // 250}.{i % 250}.{j + 1}, port: {port}, region: region-1, zone: zone-a{metadata} }}\n"

    def service(self, i, now, dated=True, moved=1):
        metadata = f', metadata: {{ bench.marker: "{now}" }}' if dated and now else ""
        port = 9000 + now // 1000 % 1000 if now else 8080
        first = self.endpoint(i, 0, port, metadata)
        moving = "".join(self.endpoint(i, j, port) for j in range(1, moved))
        others = self.others[i] if moved == 1 else "".join(self.others[i].splitlines(True)[moved - 1:])
        return f"  {name(i)}:\n{first}{moving}{others}".encode()

    def write(self):
        with open(self.path + ".new", "wb") as f:
            f.write(b"services:\n" + b"".join(self.services))
        os.rename(self.path + ".new", self.path)

    def change(self):
        with self.lock:
            moved = max(1, self.a.batch // self.a.clusters)
            for k in range(min(self.a.batch, self.a.clusters)):
                self.changes += 1
                i = self.changes % self.a.clusters
                # One of them tells when: the client keeps books of each that it is told of.
                self.services[i] = self.service(i, time.time_ns(), k == 0, moved)
            self.write()


class Pusher(threading.Thread):
    def __init__(self, change):
        super().__init__(daemon=True)
        self.change, self.ms = change, 0
        self.made, self.seconds = 0, 0.0  # at a rate, and for how long

    def run(self):
        self.before_others()
        due = time.monotonic()
        while True:
            if self.ms == 0:
                time.sleep(0.005)
                due = time.monotonic()
                continue
            began = time.monotonic()
            self.change()
            self.made += 1
            due += self.ms / 1e3
            wait = due - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            else:
                due = time.monotonic()
            self.seconds += time.monotonic() - began

    @staticmethod
    def before_others():
        """Changes are made when they are due, also when the server keeps all cores busy; needs the right to do so."""
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), -15)
        except (OSError, AttributeError):
            pass


def control(pusher, registry, pid):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = b""
            if self.path == "/change":
                pusher.change()
            elif self.path.startswith("/storm?services="):
                registry.storm(int(self.path.partition("=")[2]))
            elif self.path.startswith("/interval?ms="):
                pusher.ms = int(self.path.partition("=")[2])
            elif self.path == "/pid":
                body = str(pid).encode()
            elif self.path == "/made":
                body = f"{pusher.made} {pusher.seconds:.3f}".encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    return Handler


def certificate():
    """A certificate that signs itself, where the client finds it; gives the setting that uses it."""
    folder = ROOT + "/tls"
    os.makedirs(folder, exist_ok=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=bench",
         "-addext", f"subjectAltName=IP:{HOST}", "-keyout", folder + "/key.pem", "-out", folder + "/ca.pem"], check=True, capture_output=True)
    return f", tls: {{ certificate: {folder}/ca.pem, private_key: {folder}/key.pem }}"


def lish(config):
    env = dict(os.environ, LISH_NO_BUILD="1")
    env.setdefault("LISH_JAVA_OPTS", "-Xmx4g")
    return subprocess.Popen([HOME + "/lish", "serve", "--config", config], env=env)


def await_ready(process, port, limit=120):
    """Until all stages are served: a peer that is asked earlier would be measured while it starts."""
    end = time.time() + limit
    while time.time() < end:
        if process.poll() is not None:
            raise SystemExit(f"lish ended with code {process.returncode}")
        try:
            urllib.request.urlopen(f"http://{HOST}:{port}/readyz", timeout=2).close()
            return
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.1)
    raise SystemExit("lish is not ready")


def main():
    a = arguments()
    work = tempfile.mkdtemp(prefix="lish-bench-")
    processes, registry = [], None
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        dogma_port, admin_port, dogma_admin_port = (a.ctl_port + i for i in (1, 2, 3))
        mesh = Mesh(a)
        mesh.save(work + "/mesh")
        consul = a.registry == "consul"
        registry = Consul(a.ctl_port + 10, a, name) if consul else Registry(work + "/bench.yaml", a)
        source = f"consul: {registry.settings()}" if consul else f"files: {{ path: {work}/bench.yaml }}"
        own = f"data_dir: {work}/%s\nconfig_dir: {work}/mesh\nlog_level: warn\nadmin: {{ port: %d }}\nxds: {{ port: %d%s }}\n"
        files = f"registries: [ {{ name: bench, {source} }} ]\n"
        embedded = f"embedded_central_dogma: {{ port: {dogma_port} }}\n"
        dogma = embedded
        tls = certificate() if a.tls else ""
        if a.dogma == "apart":
            write(work + "/dogma.yaml", own % ("dogma", dogma_admin_port, 0, "") + files + embedded)
            processes.append(lish(work + "/dogma.yaml"))
            await_ready(processes[-1], dogma_admin_port)
            dogma = f"central_dogma: {{ hosts: [ {HOST}:{dogma_port} ] }}\n"
        write(work + "/lish.yaml", own % ("data", admin_port, a.port, tls) + files + dogma)
        processes.append(lish(work + "/lish.yaml"))
        await_ready(processes[-1], admin_port)
        change = registry.change
        if a.change != "endpoint":
            change = lambda: mesh.change(dogma_port)
        pusher = Pusher(change)
        pusher.start()
        server = http.server.ThreadingHTTPServer((HOST, a.ctl_port), control(pusher, registry, processes[-1].pid))
        print("READY", a.port, flush=True)
        server.serve_forever()
    finally:
        for p in reversed(processes):
            p.terminate()
        for p in reversed(processes):
            try:
                p.wait(15)
            except subprocess.TimeoutExpired:
                p.kill()
                p.wait()
        if isinstance(registry, Consul):
            registry.close()
        shutil.rmtree(work, ignore_errors=True)


main()

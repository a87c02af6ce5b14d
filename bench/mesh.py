#!/usr/bin/env python3
"""Writes a large mesh folder: 1,000 clusters, 500 routes, 4 stages x 10 groups.

  mesh.py FOLDER [--stages 4] [--groups 10] [--templates]

FOLDER must not exist yet. --templates makes every tenth cluster a template.
"""
import argparse
import os

CLUSTER = '''name: {n}
type: EDS
connect_timeout: {timeout}
lb_policy: LEAST_REQUEST
eds_cluster_config: {{ service_name: "local:{n}", eds_config: {{ ads: {{}}, resource_api_version: V3 }} }}
ignore_health_on_host_removal: true
health_checks:
  - timeout: 1s
    interval: 10s
    healthy_threshold: 2
    unhealthy_threshold: 3
    http_health_check: {{ path: /healthz, expected_statuses: [ {{ start: 200, end: 201 }} ] }}
circuit_breakers:
  thresholds: [ {{ max_connections: 1000, max_pending_requests: 1000, max_requests: 1000, max_retries: 10 }} ]
typed_extension_protocol_options:
  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
    explicit_http_config: {{ http2_protocol_options: {{ max_concurrent_streams: 100 }} }}
'''
VIRTUAL_HOST = '''  - name: vh{i}
    domains: [ "vh{i}.test" ]
    routes:
      - match: {{ prefix: /a }}
        route: {{ cluster: svc-{a:04d}, timeout: 3s, retry_policy: {{ retry_on: 5xx, num_retries: 2 }} }}
      - match: {{ prefix: / }}
        route: {{ cluster: svc-{b:04d} }}
'''
LISTENER = '''name: "l-{{ stage }}-{{ group }}"
address: { socket_address: { address: 0.0.0.0, port_value: 80 } }
filter_chains:
  - filters:
      - name: hcm
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: x
          rds: { route_config_name: ROUTE, config_source: { ads: {}, resource_api_version: V3 } }
          http_filters:
            - name: router
              typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
'''


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("folder")
    p.add_argument("--stages", type=int, default=4)
    p.add_argument("--groups", type=int, default=10)
    p.add_argument("--templates", action="store_true")
    a = p.parse_args()
    if os.path.exists(a.folder):
        p.error(a.folder + " exists")
    make(a.folder, a.stages, a.groups, a.templates)


def make(folder, stage_count, group_count, templates):
    def write(path, content):
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)

    stages = "".join(f"  - {{ name: s{i}, nodes: {{ metadata.stage: s{i} }} }}\n" for i in range(stage_count - 1))
    groups = "".join(
        f'  - {{ name: g{i}, nodes: {{ cluster: g{i} }}, resources: [ "common/**", "g{i}/**" ] }}\n'
        for i in range(group_count)
    )
    write("mesh.yaml", f"stages:\n{stages}  - {{ name: s{stage_count - 1} }}\ngroups:\n{groups}")
    write("values/common.yaml", "timeout: 1s\n")
    for i in range(stage_count):
        write(f"values/s{i}.yaml", f"timeout: {i + 1}s\n")
    for i in range(1000):
        name = f"svc-{i:04d}"
        if templates and i % 10 == 0:
            write(f"common/clusters/{name}.yaml.peb", CLUSTER.format(n=name, timeout="{{ values.timeout }}"))
        else:
            write(f"common/clusters/{name}.yaml", CLUSTER.format(n=name, timeout="1s"))
    for i in range(500):
        a, b = 2 * i, 2 * i + 1
        hosts = VIRTUAL_HOST.format(i=a, a=a, b=b) + VIRTUAL_HOST.format(i=b, a=a, b=b)
        write(f"g{i * group_count // 500}/routes/r{i}.yaml", f"name: r{i}\nvirtual_hosts:\n{hosts}")
    for i in range(group_count):
        write(f"g{i}/listeners/l.yaml.peb", LISTENER.replace("ROUTE", f"r{-(-i * 500 // group_count)}"))
    instances = "".join(
        f"  svc-{i:04d}: [ {{ id: a{i}, address: 10.0.{i // 250}.{i % 250}, port: 80 }} ]\n" for i in range(1000)
    )
    write("registries/local.yaml", "services:\n" + instances)


if __name__ == "__main__":
    main()

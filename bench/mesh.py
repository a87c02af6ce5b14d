#!/usr/bin/env python3
"""Writes a large mesh folder: 1,000 clusters, 500 routes, 4 stages x 10 groups.

usage: mesh.py FOLDER [--templates]    --templates makes every tenth cluster a template
"""
import os
import sys

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
    if len(sys.argv) < 2 or os.path.exists(sys.argv[1]):
        sys.exit(__doc__ + "FOLDER must not exist yet")
    folder, templates = sys.argv[1], "--templates" in sys.argv

    def write(path, content):
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)

    stages = "".join(f"  - {{ name: s{i}, nodes: {{ metadata.stage: s{i} }} }}\n" for i in range(3))
    groups = "".join(
        f'  - {{ name: g{i}, nodes: {{ cluster: g{i} }}, resources: [ "common/**", "g{i}/**" ] }}\n'
        for i in range(10)
    )
    write("mesh.yaml", f"stages:\n{stages}  - {{ name: s3 }}\ngroups:\n{groups}")
    write("values/common.yaml", "timeout: 1s\n")
    for i in range(4):
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
        write(f"g{i // 50}/routes/r{i}.yaml", f"name: r{i}\nvirtual_hosts:\n{hosts}")
    for i in range(10):
        write(f"g{i}/listeners/l.yaml.peb", LISTENER.replace("ROUTE", f"r{i * 50}"))
    instances = "".join(
        f"  svc-{i:04d}: [ {{ id: a{i}, address: 10.0.{i // 250}.{i % 250}, port: 80 }} ]\n" for i in range(1000)
    )
    write("registries/local.yaml", "services:\n" + instances)


main()

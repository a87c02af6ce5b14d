package dev.lish.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Mistakes for which the server refuses a folder, or of which it warns: each mark {@code #! rule}
 * says what is found on its line.
 */
class FolderRulesTest {
  private static final String KEY = "-----BEGIN PRIVATE KEY-----\\nx\\n-----END PRIVATE KEY-----";

  private static void check(Folder folder) {
    assertThat(folder.told()).isEqualTo(folder.marked());
  }

  @Test
  void whatIsWrongWithinAResource() {
    check(
        new Folder()
            .with(
                "all/clusters/a.yaml",
                """
                name: a
                conect_timeout: 1s #! unknown-field
                lb_policy: ROUND #! bad-value
                ---
                name: b
                connect_timeout: 5 minutes #! bad-value
                ---
                type: STATIC #! no-name
                ---
                name: c
                ---
                name: c #! duplicate-name
                ---
                name: d
                transport_socket:
                  name: tls
                  typed_config: { "@type": type.googleapis.com/envoy.Tls } #! unknown-type
                ---
                name: e
                type: EDS
                eds_cluster_config:
                  service_name: nobody #! unknown-endpoints
                  eds_config: { ads: {} }
                """)
            .with("all/clusters/b.yaml", "name: x\nname: y #! syntax\n")
            .with(
                "all/clusters/c.yaml.peb",
                """
                name: "{{ values.gone }}" #! template
                """)
            .with("all/other/a.yaml", "name: a #! unknown-type\n")
            .with(
                "all/endpoints/a.yaml",
                """
                cluster_name: f
                endpoints:
                  - discover: { service: a } #! bad-discovery
                """)
            .with(
                "all/secrets/a.yaml",
                """
                name: s
                tls_certificate: { private_key: { from_server: /etc/key } } #! bad-secret
                """));
  }

  @Test
  void whatIsDoubtfulAboutAFolder() {
    Folder folder =
        new Folder()
            .with(
                "mesh.yaml",
                """
                stages:
                  - { name: release }
                  - { name: late } #! without-effect
                groups:
                  - { name: edge, resources: [ "all/**", "gone/**" ] } #! unused-glob
                """)
            .with(
                "all/secrets/a.yaml",
                "name: s\ntls_certificate: { certificate_chain: { filename: /c }, private_key: {"
                    + " inline_string: \""
                    + KEY
                    + "\" } } #! inline-key\n");
    check(folder);
    assertThat(
            new Folder()
                .registry("consul")
                .with("elsewhere/clusters/a.yaml", "name: a")
                .with("values/relase.yaml", "{}")
                .with(
                    "all/clusters/a.yaml.peb",
                    "{% for s in registry.consul.services %}{% endfor %}#")
                .told())
        .containsExactly(
            "all/clusters/a.yaml.peb:0 registry-data",
            "elsewhere/clusters/a.yaml:0 unused-file",
            "mesh.yaml:0 empty-group",
            "values/relase.yaml:0 unused-file");
  }

  @Test
  void whatIsWrongInOneStageOnlySaysSo() {
    Folder folder =
        new Folder()
            .with(
                "mesh.yaml",
                """
                stages: [ { name: beta, nodes: { id: x } }, { name: release } ]
                groups: [ { name: edge, resources: [ "all/**" ] } ]
                """)
            .with("values/common.yaml", "{ timeout: 1s, cluster: a, host: a }")
            .with("values/beta.yaml", "{ timeout: fast, cluster: b, host: a }")
            .with("values/release.yaml", "{ policy: RANDOM }")
            .with(
                "all/clusters/a.yaml.peb",
                """
                name: a
                connect_timeout: {{ values.timeout }}
                ---
                name: c
                lb_policy: {{ values.policy }}
                ---
                name: "{{ values.host }}"
                """)
            .with(
                "all/clusters/b.yaml.peb",
                """
                name: {{ values.cluster }}-2
                circuit_breakers: { thresholds: [ {} ] }
                lb_policy: ROUND
                """)
            .with(
                "all/routes/a.yaml.peb",
                """
                name: r
                virtual_hosts:
                  - name: v
                    domains: [ "*" ]
                    routes: [ { match: { prefix: / }, route: { cluster: "{{ values.cluster }}-2" } } ]
                """);
    assertThat(folder.findings())
        .filteredOn(f -> f.rule().severity() == Severity.ERROR)
        .extracting(
            f -> f.path() + ":" + f.line() + " " + f.message().replaceFirst("[(]exp.*?[)]", ""))
        .containsExactly(
            "all/clusters/a.yaml.peb:5 there is no policy in this map (it has: cluster, host, timeout) (in stage beta)",
            "all/clusters/a.yaml.peb:7 cluster \"a\" twice in group edge, first at all/clusters/a.yaml.peb:1  (in stage release)",
            "all/clusters/b.yaml.peb:3 Cluster \"a-2\" lb_policy: found text \"ROUND\"  (in stage release)",
            "all/clusters/b.yaml.peb:3 Cluster \"b-2\" lb_policy: found text \"ROUND\"  (in stage beta)");
    assertThat(folder.with("values/beta.yaml", "{ cluster: a }").findings())
        .filteredOn(f -> f.message().contains("ROUND"))
        .extracting(Finding::message)
        .containsExactly(
            "Cluster \"a-2\" lb_policy: found text \"ROUND\" (expected: one of ROUND_ROBIN,"
                + " LEAST_REQUEST, RING_HASH, RANDOM, MAGLEV, CLUSTER_PROVIDED,"
                + " LOAD_BALANCING_POLICY_CONFIG)");
  }

  @Test
  void otherFilesOfAFolder() {
    assertThat(new Folder().with("mesh.yaml", "stages: x").told())
        .containsOnly("mesh.yaml:1 mesh-file");
    check(
        new Folder()
            .with("all/clusters/a.yaml", "name: a")
            .with("values/common.yaml", "[] #! values-file\n"));
    check(
        new Folder()
            .with("all/clusters/a.yaml", "name: a")
            .with("checks.yaml", "alow: [] #! checks-file\n"));
    assertThat(new Folder().with("all/clusters/a.yaml", "name: a\n" + "x: 1\n".repeat(120)).told())
        .contains("all/clusters/a.yaml:3 syntax", "all/clusters/a.yaml:0 more-errors");
    assertThat(
            new Folder()
                .with("all/clusters/a.yaml", "name: \"" + "x".repeat(5 << 20) + "\"")
                .told())
        .containsExactly("all/clusters/a.yaml:0 unreadable-file");
  }
}

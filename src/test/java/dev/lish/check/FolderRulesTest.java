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

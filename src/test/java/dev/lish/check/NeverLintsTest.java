package dev.lish.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What Envoys 1.36 and 1.40 take, and what no request is like. */
class NeverLintsTest {
  private static final String CLUSTER =
      """
      name: a
      type: STATIC
      """;

  @Test
  void noRequestHasAPathWithoutSlashOrWithAQuery() {
    check(
        """
        name: r
        virtual_hosts:
          - name: v
            domains: [ "*" ]
            routes:
              - { match: { prefix: api }, route: { cluster: a } } #! never-matches
              - { match: { path: one }, route: { cluster: a } } #! never-matches
              - { match: { path_separated_prefix: two }, route: { cluster: a } } #! never-matches
              - { match: { path: "/a?x=1" }, route: { cluster: a } } #! never-matches
              - { match: { prefix: "/b#c" }, route: { cluster: a } } #! never-matches
              - { match: { safe_regex: { regex: "three/.*" } }, route: { cluster: a } } #! never-matches
              - { match: { safe_regex: { regex: "/d\\\\?x=.*" } }, route: { cluster: a } } #! never-matches
              - match:
                  safe_regex: #! never-matches
                    regex: |
                      /e/.*
                route: { cluster: a }
              - { match: { path: "*" }, route: { cluster: a } }
              - { match: { safe_regex: { regex: "^/f.*$" } }, route: { cluster: a } }
              - { match: { safe_regex: { regex: "(/g|/h).*" } }, route: { cluster: a } }
              - { match: { safe_regex: { regex: "/?i" } }, route: { cluster: a } }
              - { match: { connect_matcher: {} }, route: { cluster: a } }
              - match: { prefix: /j, headers: [ { name: n, range_match: { start: 5, end: 5 } } ] } #! never-matches
                route: { cluster: a }
              - match: { prefix: /k, headers: [ { name: n, invert_match: true, range_match: { start: 5, end: 5 } } ] }
                route: { cluster: a }
              - { match: { prefix: "" }, route: { cluster: a } }
        """);
  }

  @Test
  void noRequestHasAHostWithASchemeOrAnAsteriskWithin() {
    check(
        """
        name: r
        virtual_hosts:
          - name: v
            domains:
              - "http://a.example" #! never-matches
              - a.example/x #! never-matches
              - "a.*.example" #! never-matches
              - "*.example.*" #! never-matches
              - "**" #! never-matches
              - "a.example, b.example" #! never-matches
              - a.example:8080
              - "*.example"
              - "example.*"
              - "*"
              - "[::1]:80"
        """);
  }

  @Test
  void aRewriteMakesAPathAndAHost() {
    check(
        """
        name: r
        virtual_hosts:
          - name: v
            domains: [ "*" ]
            routes:
              - { match: { prefix: /a }, route: { cluster: a, prefix_rewrite: b } } #! broken-rewrite
              - { match: { prefix: /b }, redirect: { path_redirect: x } }
              - { match: { prefix: /c }, redirect: { prefix_rewrite: x } }
              - { match: { prefix: /d }, redirect: { host_redirect: "https://a.example" } } #! broken-rewrite
              - match: { prefix: /e }
                route: { cluster: a, regex_rewrite: { pattern: { regex: "/(a)" }, substitution: "/\\\\2" } } #! broken-rewrite
              - match: { prefix: /f }
                route: { cluster: a, regex_rewrite: { pattern: { regex: "/(a)" }, substitution: "/\\\\x" } } #! broken-rewrite
              - match: { prefix: /g }
                route: { cluster: a, host_rewrite_path_regex: { pattern: { regex: "/(a)" }, substitution: "\\\\3" } } #! broken-rewrite
              - match: { prefix: /h }
                route: { cluster: a, regex_rewrite: { pattern: { regex: "/(a)" }, substitution: "/\\\\1\\\\0\\\\\\\\" } }
              - { match: { prefix: /i }, redirect: { path_redirect: /x, host_redirect: a.example } }
              - { match: { prefix: /j }, route: { cluster: a, prefix_rewrite: / } }
        """);
  }

  private static void check(String routes) {
    Folder folder =
        new Folder().with("all/clusters/a.yaml", CLUSTER).with("all/routes/r.yaml", routes);
    assertThat(folder.told()).isEqualTo(folder.marked());
  }
}

package dev.lish.check;

import static dev.lish.check.Severity.ERROR;
import static dev.lish.check.Severity.INFO;
import static dev.lish.check.Severity.WARNING;

import dev.lish.model.ProblemKind;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Everything that check looks for; {@code docs/checks.md} has a section for each. */
public enum Rule {
  // What the server itself refuses.
  UNREADABLE_FILE(ERROR, "a file that cannot be read is not in the mesh"),
  SYNTAX(ERROR, "a file that is no YAML holds no resources"),
  TEMPLATE(ERROR, "a template that fails produces no resources"),
  UNKNOWN_FIELD(ERROR, "a field that the message does not have is a misspelt one, or a newer one"),
  UNKNOWN_TYPE(ERROR, "what is of no known type cannot be read"),
  BAD_VALUE(ERROR, "a value that its field cannot have cannot be sent"),
  NO_NAME(ERROR, "Envoys know a resource by its name"),
  DUPLICATE_NAME(ERROR, "an Envoy can have one resource of a type and a name"),
  UNKNOWN_ENDPOINTS(ERROR, "a cluster whose EDS name nothing answers has no instances"),
  BAD_DISCOVERY(ERROR, "a registry can answer only what it understands"),
  BAD_SECRET(ERROR, "a secret that does not fit together makes no TLS connection"),
  MESH_FILE(ERROR, "without a right mesh.yaml nobody knows who gets what"),
  VALUES_FILE(ERROR, "templates need the values that the file should hold"),
  REGISTRY_FILE(ERROR, "instances of a file that is wrong are not known"),
  EMPTIED_GROUP(ERROR, "a group that loses all clusters or listeners serves nothing any more"),
  MORE_ERRORS(ERROR, "a file has more errors than are told"),

  // What the server takes, and is hardly meant.
  UNUSED_GLOB(WARNING, "a glob that matches no file is most often a misspelt one"),
  UNUSED_FILE(WARNING, "a file that nothing reads reaches no Envoy"),
  EMPTY_GROUP(WARNING, "the Envoys of a group without resources get nothing"),
  WITHOUT_EFFECT(WARNING, "a stage or group that nobody can belong to has no effect"),
  INLINE_KEY(WARNING, "everybody who can read the mesh can read the key"),
  REGISTRY_DATA(WARNING, "what templates make of a registry's data is not all there"),
  MORE_WARNINGS(WARNING, "a file has more warnings than are told"),

  // What an Envoy answers with a NACK.
  CONSTRAINT(ERROR, "Envoy's API does not allow this value, so Envoy refuses the resource"),
  BAD_REGEX(ERROR, "Envoy refuses what is no RE2 expression"),
  DISALLOWED_FIELD(ERROR, "Envoy refuses this old field unless a runtime key allows it"),
  DUPLICATE_DOMAIN(ERROR, "Envoy refuses a route configuration with a domain twice"),
  DUPLICATE_ADDRESS(ERROR, "Envoy refuses a second listener on an address"),
  FILTER_ORDER(ERROR, "Envoy refuses a chain whose last filter does not end it"),
  CLUSTER_KIND(ERROR, "Envoy refuses a cluster whose fields do not fit its type"),
  WEIGHTS(ERROR, "Envoy refuses weighted clusters whose weights are all 0, or too large"),
  LISTENER_KIND(ERROR, "Envoy refuses a listener whose fields do not fit its address"),
  TLS_CONTEXT(ERROR, "Envoy refuses a TLS context that could not verify or prove anything"),
  CONFLICTING_FIELDS(ERROR, "Envoy refuses fields that exclude each other, or lack each other"),
  DUPLICATE_ENTRY(ERROR, "Envoy refuses an entry twice where each must be its own"),
  UNKNOWN_NAME(ERROR, "Envoy refuses a name that nothing in the same filter has"),
  FORMAT_STRING(ERROR, "Envoy refuses a format that is no sequence of operators"),
  EXTENSION_KIND(
      ERROR, "Envoy refuses a configuration that is of no extension of the kind it needs"),
  BAD_ADDRESS(ERROR, "Envoy refuses what is no IP address where it needs one"),
  BAD_SETTING(ERROR, "Envoy's code refuses this value, though its API allows it"),

  // What makes requests fail.
  UNKNOWN_CLUSTER(ERROR, "requests to a cluster that the group does not have get a 503"),
  UNKNOWN_ROUTES(ERROR, "a listener without its route configuration never opens"),
  UNKNOWN_SECRET(ERROR, "without its secret no TLS connection is made"),
  UNKNOWN_EXTENSION(ERROR, "a listener whose filter has no configuration never opens"),
  UNSERVED_TYPE(ERROR, "what Lish does not serve never comes"),
  UNKNOWN_SERVICE(WARNING, "a service that the registry does not know has no instances"),
  UNREACHABLE_ROUTE(WARNING, "a route above takes all requests that this one would take"),
  NEVER_MATCHES(WARNING, "what no request can be like is never matched"),
  BROKEN_REWRITE(WARNING, "what a rewrite makes so, no server or browser can follow"),
  OVERLAPPING_ADDRESS(WARNING, "two listeners on one port: which one gets a connection is chance"),
  UNKNOWN_RUNTIME_LAYER(WARNING, "Envoy asks only for the runtime layers of its bootstrap"),
  UNKNOWN_RETRY_CONDITION(WARNING, "Envoy ignores a retry condition that it does not know"),

  // What has taken meshes down.
  HOST_REMOVAL(WARNING, "a removed host stays as long as active checks pass"),
  FETCH_TIMEOUT(WARNING, "without a time-out one missing answer keeps Envoy from starting"),
  PANIC_OFF(WARNING, "with panic off, few healthy hosts get all of the traffic"),
  NO_TIMEOUT(WARNING, "a request without a time-out holds its resources as long as it likes"),
  RETRY_BUDGET(WARNING, "retries without a bound turn a slow service into a dead one"),
  NO_CIRCUIT_BREAKER(INFO, "without limits of its own a cluster has Envoy's defaults"),
  DEPRECATED_FIELD(INFO, "an Envoy to come will not take this field"),

  // What the Envoy versions that were named make of it.
  DEPRECATED_IN_VERSION(WARNING, "an Envoy version in use calls this field deprecated"),
  IGNORED_IN_VERSION(
      WARNING, "an Envoy version in use does not know this field and passes it over"),
  REFUSED_IN_VERSION(
      ERROR, "an Envoy version in use does not know this, so it refuses the resource"),

  // What could not be looked for.
  NOT_CHECKED(WARNING, "what a file with an error may hold can be missed by nobody"),

  // Silences.
  CHECKS_FILE(ERROR, "a wrong checks.yaml says nothing"),
  BAD_SILENCE(ERROR, "a silence needs a known rule and a reason"),
  EXPIRED_SILENCE(WARNING, "the silence is over, so its Findings are back"),
  UNUSED_SILENCE(INFO, "nothing is found any more where this silence is");

  private final Severity severity;
  private final String reason;

  Rule(Severity severity, String reason) {
    this.severity = severity;
    this.reason = reason;
  }

  /** How it is named, e.g. {@code unknown-cluster}; stable. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** How bad its Findings are. */
  public Severity severity() {
    return severity;
  }

  /** Why, in one line. */
  public String reason() {
    return reason;
  }

  /** Its section, from the root of the project on. */
  public String page() {
    return "docs/checks.md#" + id();
  }

  /** False where the server would refuse the folder all the same. */
  public boolean canBeSilenced() {
    return compareTo(MORE_ERRORS) > 0;
  }

  /** What a mistake is that was found before check, or while the folder was rendered. */
  static Rule of(ProblemKind kind) {
    // No mesh file can cause another kind; what cannot be read is the next best.
    return kind == ProblemKind.OTHER ? UNREADABLE_FILE : valueOf(kind.name());
  }

  /** The rule with this id. */
  public static Optional<Rule> of(String id) {
    return Arrays.stream(values()).filter(rule -> rule.id().equals(id)).findFirst();
  }
}

package dev.lish.model;

import dev.lish.model.Problem.Severity;

/** What a {@link Problem} is about; {@code lish check} has a rule for each but {@link #OTHER}. */
public enum ProblemKind {
  /** A file that cannot be read at all: a link out of the folder, too many bytes. */
  UNREADABLE_FILE(Severity.ERROR),
  /** No YAML, or YAML that Lish does not take. */
  SYNTAX(Severity.ERROR),
  /** A template that fails. */
  TEMPLATE(Severity.ERROR),
  /** A field that the message does not have. */
  UNKNOWN_FIELD(Severity.ERROR),
  /** A message that nobody knows, or none where one must be named. */
  UNKNOWN_TYPE(Severity.ERROR),
  /** A value that its field cannot have. */
  BAD_VALUE(Severity.ERROR),
  /** A resource without a name. */
  NO_NAME(Severity.ERROR),
  /** Two resources of a type and a name in one group. */
  DUPLICATE_NAME(Severity.ERROR),
  /** An EDS name that nothing answers. */
  UNKNOWN_ENDPOINTS(Severity.ERROR),
  /** A discovery that no registry can make sense of. */
  BAD_DISCOVERY(Severity.ERROR),
  /** A secret from the server that is not there or does not fit. */
  BAD_SECRET(Severity.ERROR),
  /** {@code mesh.yaml} is wrong. */
  MESH_FILE(Severity.ERROR),
  /** A file in {@code values/} is wrong. */
  VALUES_FILE(Severity.ERROR),
  /** A registry's file is wrong. */
  REGISTRY_FILE(Severity.ERROR),
  /** A silence that has no reason, or no rule. */
  BAD_SILENCE(Severity.ERROR),
  /** {@code checks.yaml} is wrong. */
  CHECKS_FILE(Severity.ERROR),
  /** A group that had clusters or listeners would have none. */
  EMPTIED_GROUP(Severity.ERROR),
  /** There are more errors in a file than are told. */
  MORE_ERRORS(Severity.ERROR),
  /** A glob that matches no file. */
  UNUSED_GLOB(Severity.WARNING),
  /** A file that nothing reads. */
  UNUSED_FILE(Severity.WARNING),
  /** A group without resources. */
  EMPTY_GROUP(Severity.WARNING),
  /** Something in {@code mesh.yaml} that has no effect. */
  WITHOUT_EFFECT(Severity.WARNING),
  /** A private key in a mesh file. */
  INLINE_KEY(Severity.WARNING),
  /** Data of a registry that is missing, or left out. */
  REGISTRY_DATA(Severity.WARNING),
  /** There are more warnings in a file than are told. */
  MORE_WARNINGS(Severity.WARNING),
  /** Nothing in a mesh folder. */
  OTHER(Severity.ERROR);

  private final Severity severity;

  ProblemKind(Severity severity) {
    this.severity = severity;
  }

  /** How bad it is. */
  public Severity severity() {
    return severity;
  }
}

package dev.lish.check;

import com.google.protobuf.Message;
import dev.lish.render.Origin;
import java.util.List;

/**
 * What a resource says, without regard to others.
 *
 * @param origin where it is from
 * @param message the resource
 * @param issues what is wrong with it
 * @param mentions what it refers to
 */
record Reading(Origin origin, Message message, List<Issue> issues, List<Mention> mentions) {
  /** Copies the lists. */
  Reading {
    issues = List.copyOf(issues);
    mentions = List.copyOf(mentions);
  }

  /**
   * Something that is wrong.
   *
   * @param path names of fields and indices of lists, from the resource on
   * @param message what was found and what was expected
   */
  record Issue(Rule rule, List<Object> path, String message) {
    /** Copies the list. */
    Issue {
      path = List.copyOf(path);
    }
  }

  /** A reference to something else by its name. */
  record Mention(Kind kind, String name, List<Object> path) {
    /** Copies the list. */
    Mention {
      path = List.copyOf(path);
    }
  }

  /** What can be referred to. */
  enum Kind {
    CLUSTER,
    ROUTES,
    SECRET,
    EXTENSION,
    /** A secret that is not asked for: one of the bootstrap. */
    STATIC_SECRET,
    /** A server of xDS, which Envoy wants in its bootstrap. */
    SERVER,
    /** What an Envoy has only when its bootstrap says so. */
    BOOTSTRAP_EXTENSION,
    /** A cluster that a route with retries goes to. */
    RETRIED_CLUSTER
  }
}

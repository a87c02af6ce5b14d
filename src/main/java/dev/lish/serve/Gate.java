package dev.lish.serve;

import java.util.function.Predicate;

/**
 * What the other types of a stream allow one type to do now.
 *
 * @param used whether a cluster that the client has asks for this assignment
 * @param mayBeEmpty whether the client may be told that this assignment does not exist
 * @param mayRemove whether this resource may be taken away from the client now
 */
record Gate(Predicate<String> used, Predicate<String> mayBeEmpty, Predicate<String> mayRemove) {
  Gate removing(Predicate<String> which) {
    return new Gate(used, mayBeEmpty, which);
  }
}

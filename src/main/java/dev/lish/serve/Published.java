package dev.lish.serve;

import dev.lish.snapshot.Assignment;

/**
 * What all streams read, through one volatile reference.
 *
 * @param assignment who gets what
 * @param membership counts up when the rules of who belongs where change
 * @param at when it was published, in microseconds
 * @param since when a source told of what it changes, in microseconds
 */
record Published(Assignment assignment, long membership, long at, long since) {
  static final Published NOTHING = new Published(Assignment.NONE, 0, 0, 0);

  Published next(Assignment newer, long now, long since) {
    boolean same =
        newer.stages().equals(assignment.stages()) && newer.groups().equals(assignment.groups());
    return new Published(newer, same ? membership : membership + 1, now, since);
  }
}

package dev.lish.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** The exit codes. */
final class Exit {
  static final int FINE = 0;
  static final int INPUT = 1;
  static final int USAGE = 2;
  static final int WORLD = 3;

  /** Of a revision: a server does not serve it, or would not. */
  static final int HELD = 14;

  private Exit() {}

  /** For the help. */
  static Map<String, String> list() {
    Map<String, String> list = new LinkedHashMap<>();
    list.put("0", "fine");
    list.put("1", "the input has Problems, a check failed or the order was refused");
    list.put("2", "wrong usage, a wrong lish.yaml too");
    list.put("3", "the world is broken: no connection, no such file");
    return list;
  }
}

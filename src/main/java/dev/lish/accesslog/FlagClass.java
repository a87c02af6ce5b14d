package dev.lish.accesslog;

import java.util.ArrayList;
import java.util.List;

/**
 * What Envoy says went wrong, as coarse as a metric may be: its response flags in a few classes.
 * The flags and their letters are those of Envoy's access-log documentation, {@code
 * %RESPONSE_FLAGS%}; the numbers are field numbers of {@code ResponseFlags}.
 */
public enum FlagClass {
  /** No flag, or only one that tells of no failure. */
  NONE("none"),
  /** No healthy host, no cluster, or no connection: UH, LH, UF, NC, DF. */
  UNREACHABLE("unreachable", 2, 1, 6, 25, 27),
  /** Time ran out: UT, SI, UMSDR, DT. */
  TIMEOUT("timeout", 3, 17, 20, 23),
  /** A connection or stream was cut: UR, UC, LR, UPE. */
  RESET("reset", 5, 7, 4, 24),
  /** Limits of the cluster or of Envoy: UO, URX, OM, UDO. */
  OVERFLOW("overflow", 8, 16, 26, 29),
  /** No route, or no configuration for it: NR, NFCF. */
  NO_ROUTE("no_route", 9, 22),
  /** Refused on purpose: FI, RL, UAEX, RLSE, IH. */
  REFUSED("refused", 11, 12, 13, 14, 18),
  /** The client went away or spoke wrongly: DC, DPE, DR. */
  CLIENT("client", 15, 19, 28),
  /** A flag that this Lish does not know. */
  OTHER("other");

  private static final String[] LETTERS = {
    "", "LH", "UH", "UT", "LR", "UR", "UF", "UC", "UO", "NR", "DI", "FI", "RL", "UAEX", "RLSE",
    "DC", "URX", "SI", "IH", "DPE", "UMSDR", "RFCF", "NFCF", "DT", "UPE", "NC", "OM", "DF", "DR",
    "UDO", "F30", "F31"
  };

  /** Delay injected and response from cache: no failure. */
  private static final int HARMLESS = 1 << 10 | 1 << 21;

  private static final FlagClass[] ALL = values();

  private final String label;
  private final int mask;

  FlagClass(String label, int... numbers) {
    this.label = label;
    int bits = 0;
    for (int number : numbers) {
      bits |= 1 << number;
    }
    mask = bits;
  }

  /** The name in the API and in metric tags. */
  public String label() {
    return label;
  }

  /** The first class that has one of the flags. */
  static FlagClass of(int flags) {
    if ((flags & ~HARMLESS) == 0) {
      return NONE;
    }
    for (FlagClass each : ALL) {
      if ((each.mask & flags) != 0) {
        return each;
      }
    }
    return OTHER;
  }

  /** Envoy's letters for the flag of this field number. */
  static String letter(int number) {
    return LETTERS[number];
  }

  /** Envoy's letters for all of these flags. */
  static List<String> letters(int flags) {
    List<String> all = new ArrayList<>();
    for (int i = 1; i < LETTERS.length; i++) {
      if ((flags & 1 << i) != 0) {
        all.add(LETTERS[i]);
      }
    }
    return all;
  }
}

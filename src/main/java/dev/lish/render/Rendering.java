package dev.lish.render;

import dev.lish.model.Problem;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/** How the render of a stage's revision ended. */
public sealed interface Rendering {
  /** It can be served; the warnings are worth telling. */
  record Done(Rendered rendered, List<Problem> warnings) implements Rendering {
    /** Copies the list. */
    public Done {
      warnings = List.copyOf(warnings);
    }
  }

  /** Its templates read the catalogs of registries that have not answered yet. */
  record Waiting(SortedSet<String> registries) implements Rendering {
    /** Copies the set. */
    public Waiting {
      registries = Collections.unmodifiableSortedSet(new TreeSet<>(registries));
    }
  }

  /** It cannot be served: at least one Problem is an error. Sorted; warnings are among them. */
  record Refused(List<Problem> problems) implements Rendering {
    /** Copies the list. */
    public Refused {
      problems = List.copyOf(problems);
    }
  }

  /** Calls the function of the case. */
  default <R> R match(
      Function<Done, R> done, Function<Waiting, R> waiting, Function<Refused, R> refused) {
    if (this instanceof Done d) {
      return done.apply(d);
    }
    return this instanceof Waiting w ? waiting.apply(w) : refused.apply((Refused) this);
  }
}

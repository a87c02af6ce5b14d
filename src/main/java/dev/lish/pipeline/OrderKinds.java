package dev.lish.pipeline;

import dev.lish.model.Drain;
import dev.lish.model.StageControl;
import dev.lish.source.Commit;
import dev.lish.source.DrainChange;
import dev.lish.source.SharedRepository;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** What can be ordered with {@code --local}. */
final class OrderKinds {
  private OrderKinds() {}

  /** What holds for a stage. */
  static LocalOrders.Kind<StageControl> stages(SharedRepository shared, Memory memory) {
    return new LocalOrders.Kind<>() {
      @Override
      public String noun() {
        return "stage";
      }

      @Override
      public Map<String, LocalOrder<StageControl>> kept() {
        return memory.localOrders();
      }

      @Override
      public void keep(Map<String, LocalOrder<StageControl>> orders) {
        memory.keepLocalOrders(orders);
      }

      @Override
      public CompletableFuture<Commit> commit(String name, LocalOrder<StageControl> order) {
        return shared.putStage(
            order.base(), name, order.value(), "Share a local order for " + name);
      }

      @Override
      public String file(String name) {
        return "stages/" + name + ".json";
      }
    };
  }

  /** The drain of a target, or that it has none. */
  static LocalOrders.Kind<Optional<Drain>> drains(SharedRepository shared, Memory memory) {
    return new LocalOrders.Kind<>() {
      @Override
      public String noun() {
        return "drain";
      }

      @Override
      public Map<String, LocalOrder<Optional<Drain>>> kept() {
        return memory.localDrains();
      }

      @Override
      public void keep(Map<String, LocalOrder<Optional<Drain>>> orders) {
        memory.keepLocalDrains(orders);
      }

      @Override
      public CompletableFuture<Commit> commit(String name, LocalOrder<Optional<Drain>> order) {
        return shared.putDrain(
            new DrainChange(
                order.base(),
                DrainChange.Rivals.SAME_TARGET,
                name,
                order.value(),
                order.value().map(Drain::by).orElse("lish"),
                (order.value().isPresent()
                        ? "Share a local drain of "
                        : "Share a local undrain of ")
                    + name));
      }

      @Override
      public String file(String name) {
        return "drains/" + name + ".json";
      }
    };
  }
}

package dev.statecraft.studio.track;

import dev.statecraft.training.RunEvent;
import dev.statecraft.training.RunListener;
import java.util.List;

/**
 * Several listeners as one.
 *
 * @param all told in this order
 */
record Listeners(List<RunListener> all) implements RunListener {
  public Listeners {
    all = List.copyOf(all);
  }

  @Override
  public void on(RunEvent event) {
    all.forEach(listener -> listener.on(event));
  }

  @Override
  public boolean isCancelled() {
    return all.stream().anyMatch(RunListener::isCancelled);
  }
}

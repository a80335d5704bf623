package dev.statecraft.training;

/** Is told how a training run goes, by the thread that runs it. */
@FunctionalInterface
public interface RunListener {
  /** Is told what happened. */
  void on(RunEvent event);

  /** Asked before every step: whether the run is to stop, as if it had been interrupted. */
  default boolean isCancelled() {
    return false;
  }

  /** Tells of something the user should know. */
  default void tell(String note) {
    on(new RunEvent.Noted(note));
  }
}

package dev.statecraft.studio.run;

import java.util.Optional;

/** Shows how far a run has come. */
public interface Progress extends AutoCloseable {
  /**
   * How far it is.
   *
   * @param label what runs
   * @param done steps done
   * @param total steps in all
   * @param loss of the last step, if there is one
   * @param tokensPerSecond lately; 0 if unknown
   * @param peakBytes memory of tensors that the last step needed; 0 if unknown
   */
  record Update(
      String label,
      long done,
      long total,
      Optional<Double> loss,
      double tokensPerSecond,
      long peakBytes) {}

  /** Shows nothing. */
  Progress SILENT =
      new Progress() {
        @Override
        public void update(Update update) {}

        @Override
        public void note(String line) {}

        @Override
        public void close() {}
      };

  /** Shows it, or not if it was shown just now. */
  void update(Update update);

  /** A line that stays. */
  void note(String line);

  /** Ends the display. */
  @Override
  void close();
}

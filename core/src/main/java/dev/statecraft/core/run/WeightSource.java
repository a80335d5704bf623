package dev.statecraft.core.run;

import dev.statecraft.tensor.Tensor;

/** Where pretrained (or saved) values come from. */
public interface WeightSource {
  /** A source that has nothing: every parameter starts as its initializer says. */
  WeightSource NONE =
      new WeightSource() {
        @Override
        public boolean has(String name) {
          return false;
        }

        @Override
        public void read(String name, Tensor target) {
          throw new IllegalStateException("there is no '" + name + "' in an empty source");
        }
      };

  boolean has(String name);

  /** Copies a parameter's values into {@code target}, converting their type. */
  void read(String name, Tensor target);
}

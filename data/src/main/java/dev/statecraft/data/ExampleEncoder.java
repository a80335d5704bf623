package dev.statecraft.data;

import java.util.List;

/** Turns the segments of one example into labelled tokens. */
@FunctionalInterface
public interface ExampleEncoder {

  /** All tokens of an example, of whatever length. */
  LabelledTokens encode(List<Segment> segments);
}

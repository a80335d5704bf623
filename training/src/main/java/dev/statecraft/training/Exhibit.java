package dev.statecraft.training;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.training.metric.ConfusionMatrix;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a run's report shows besides its numbers. */
public sealed interface Exhibit {
  /**
   * What is trained.
   *
   * @param graph tuned
   * @param stored names of the states that wait for the backward pass
   */
  record TunedGraph(Graph graph, Set<String> stored) implements Exhibit {
    public TunedGraph {
      stored = Set.copyOf(stored);
    }
  }

  /**
   * Which classes are taken for which in the last evaluation.
   *
   * @param labels of the matrix's classes, in its order
   */
  record Confusion(ConfusionMatrix matrix, List<String> labels) implements Exhibit {
    public Confusion {
      labels = List.copyOf(labels);
    }
  }

  /**
   * What the run came from.
   *
   * @param facts by name, in order
   */
  record Origin(Map<String, String> facts) implements Exhibit {
    public Origin {
      facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }
  }

  /** What a language model writes once it is tuned. */
  record Samples(List<Sample> samples) implements Exhibit {
    public Samples {
      samples = List.copyOf(samples);
    }
  }

  /**
   * A prompt and its answers.
   *
   * @param prompt of an evaluation example
   * @param expected what the example goes on with
   * @param base what the model went on with before it was tuned; empty if its weights are gone
   * @param tuned what it goes on with now
   */
  record Sample(String prompt, String expected, Optional<String> base, String tuned) {}
}

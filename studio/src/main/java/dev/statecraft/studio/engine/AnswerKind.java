package dev.statecraft.studio.engine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import java.io.IOException;
import java.util.function.UnaryOperator;

/** What an open model is asked, and so how it and its adapters are opened. */
interface AnswerKind {
  /** The model without an adapter. */
  Way untuned();

  /**
   * An adapter.
   *
   * @param place where it lies
   * @throws dev.statecraft.base.InvalidInputException if it does not say what it must
   */
  Way tuned(AdapterPlace place, Adapter adapter) throws IOException;

  /**
   * How one is opened.
   *
   * @param family the model with the head that answers
   * @param part the part of the family's graph, tuned or not, that answers are computed with
   * @param answering of that part and its weights
   */
  record Way(TaskModel family, UnaryOperator<Graph> part, Made answering) {
    /** One with all of the graph. */
    Way(TaskModel family, Made answering) {
      this(family, UnaryOperator.identity(), answering);
    }

    /** What answers without an adapter. */
    Graph graph() {
      return part.apply(family.graph());
    }

    /** What answers with one. */
    Graph graph(Adapter adapter) {
      return part.apply(adapter.graph(family));
    }
  }

  /** Makes what answers. */
  @FunctionalInterface
  interface Made {
    Answering of(Graph graph, Weights weights);
  }
}

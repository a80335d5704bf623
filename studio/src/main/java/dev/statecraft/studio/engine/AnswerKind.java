package dev.statecraft.studio.engine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.run.WeightSource;
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
   * @param headless whether no head has a part in it, so that an adapter need not have one
   * @param answering of that part and its weights
   */
  record Way(TaskModel family, UnaryOperator<Graph> part, boolean headless, Made answering) {
    /** One with all of the graph. */
    Way(TaskModel family, Made answering) {
      this(family, UnaryOperator.identity(), false, answering);
    }

    /** What answers without an adapter. */
    Graph graph() {
      return part.apply(family.graph());
    }

    /** What answers with one. */
    Graph graph(Adapter adapter) {
      return part.apply(adapter.graph(family));
    }

    /**
     * What that is computed with.
     *
     * @param base the weights of the model without it
     */
    WeightSource weights(Adapter adapter, WeightSource base) {
      return headless ? adapter.backboneWeights(family, base) : adapter.weights(family, base);
    }
  }

  /** Makes what answers. */
  @FunctionalInterface
  interface Made {
    Answering of(Graph graph, Weights weights);
  }
}

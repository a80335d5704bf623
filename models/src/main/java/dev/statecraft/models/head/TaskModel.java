package dev.statecraft.models.head;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.models.config.ProblemType;
import dev.statecraft.models.family.Backbone;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.family.ModelDropout;
import dev.statecraft.models.family.ModelInput;
import dev.statecraft.models.family.ModelKind;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A backbone with a head and an objective: what is trained, tuned and asked.
 *
 * @param backbone the pretrained network
 * @param head what comes after it
 * @param objective what training makes small
 */
public record TaskModel(Backbone backbone, Head head, Objective objective) {
  /** Name of the loss state. */
  public static final String LOSS = "loss";

  /** Name of the state with the scores before softmax. */
  public static final String LOGITS = "logits";

  /** Checks that the objective fits the head. */
  public TaskModel {
    objective.check(head);
  }

  /** A causal language model. */
  public static TaskModel causalLm(Backbone backbone) {
    return new TaskModel(backbone, new LanguageHead(), new NextToken());
  }

  /** A classifier of texts or pictures. */
  public static TaskModel classifier(Backbone backbone, int classes, Pooling pooling) {
    return new TaskModel(backbone, new SequenceHead(classes, pooling), new CrossEntropy());
  }

  /** A model that gives a number for a text. */
  public static TaskModel regression(Backbone backbone, Pooling pooling) {
    return new TaskModel(backbone, new SequenceHead(1, pooling), new SquaredError());
  }

  /**
   * How a head reads a sequence where nobody says: as the configuration asks, else as its family
   * does in a checkpoint that has a head of the family's own.
   */
  public static Pooling usualPooling(Backbone backbone) {
    Set<String> tensors = classifier(backbone, 1, Pooling.FIRST).graph().parameters().keySet();
    return backbone.config().poolsMean(tensors) ? Pooling.MEAN : Pooling.FIRST;
  }

  /**
   * A backbone with the kind of head that its family's checkpoints have.
   *
   * @param classes of the head, if it has classes
   */
  public static TaskModel usual(Backbone backbone, int classes) {
    return backbone.config().kind() == ModelKind.CAUSAL_LM
        ? causalLm(backbone)
        : classifier(backbone, classes, usualPooling(backbone));
  }

  public ModelConfig config() {
    return backbone.config();
  }

  public ModelInput input() {
    return backbone.input();
  }

  /** The frozen graph; its loss is called {@link #LOSS}, its scores {@link #LOGITS}. */
  public Graph graph() {
    GraphBuilder graph = new GraphBuilder();
    State last = backbone.build(graph);
    graph.inLayer(-1);
    objective.attach(graph, head.attach(graph, backbone, last));
    return graph.build();
  }

  /** The name of the backbone's last state, {@code [tokens, hidden]}, in {@link #graph}. */
  public String lastState() {
    return backbone.build(new GraphBuilder()).name();
  }

  /** The dropout that the model's configuration asks for in training; {@link #graph} has none. */
  public ModelDropout dropout() {
    return backbone.dropout().with(head.dropout(backbone));
  }

  /** Whether it goes on with texts. */
  public boolean writesTexts() {
    return head.scoresTokens();
  }

  /** Whether its output is a number. */
  public boolean isRegression() {
    return objective.problemType().equals(Optional.of(ProblemType.REGRESSION));
  }

  /** A batch with labels to measure a step with; sequences have these many tokens. */
  public HostBatch sample(List<Integer> lengths) {
    return objective.sample(input(), lengths);
  }

  /**
   * A batch of one example, once for each output, made to ask for these outputs: see {@link
   * Objective#probed}.
   *
   * @param batch is closed with the one that is returned
   */
  public Batch probed(Batch batch, List<Integer> outputs, int label) {
    Torch torch = batch.states().values().iterator().next().torch();
    try (Scope scope = torch.scope()) {
      Objective.Probed probed;
      try {
        probed = objective.probed(batch, outputs, label);
      } catch (RuntimeException e) {
        batch.close();
        throw e;
      }
      Map<String, Tensor> states = new HashMap<>(batch.states());
      probed.states().forEach((name, value) -> states.put(name, value.escape()).close());
      return new Batch(probed.extents(), states);
    }
  }

  /** How many labels that batch has. */
  public long sampleLabels(List<Integer> lengths) {
    return objective.sampleLabels(lengths);
  }
}

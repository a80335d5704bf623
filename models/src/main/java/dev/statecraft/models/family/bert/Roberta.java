package dev.statecraft.models.family.bert;

import dev.statecraft.core.graph.GraphBuilder;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.op.Activation;
import dev.statecraft.core.op.FirstToken;
import dev.statecraft.models.family.Blocks;
import dev.statecraft.models.family.PaperControl;
import dev.statecraft.models.family.SequenceOutputs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * RoBERTa (Liu et al. 2019): BERT's layers, positions that begin after the padding's, and another
 * head. XLM-RoBERTa (Conneau et al. 2020), CamemBERT (Martin et al. 2020) and data2vec's text model
 * (Baevski et al. 2022) are the same network.
 *
 * @param config the configuration
 * @param prefix of parameter names: such as {@code roberta.}, or empty for a checkpoint of the bare
 *     encoder
 */
public record Roberta(BertConfig config, String prefix) implements Encoder {
  @Override
  public String architecture() {
    return config.variant().classes() + "Model";
  }

  @Override
  public Optional<SequenceOutputs> sequenceOutputs() {
    return Optional.of(new DenseHead(this));
  }

  @Override
  public Optional<PaperControl> paper() {
    return config.variant().inPaper()
        ? Optional.of(new PaperControl(false, false, false, Optional.empty()))
        : Optional.empty();
  }

  /** RobertaClassificationHead: of the first token, both of its linears the task's own. */
  private record DenseHead(Roberta roberta) implements SequenceOutputs {
    @Override
    public State logits(GraphBuilder graph, String name, State last, int outputs) {
      Blocks blocks = new Blocks(graph);
      State first = graph.edge("first_token", new FirstToken(), List.of(last));
      State dense =
          blocks.headLinear("head_dense", first, "classifier.dense", roberta.config.hiddenSize());
      State activated =
          graph.edge("head_activated", new Activation(Activation.Kind.TANH), List.of(dense));
      return blocks.headLinear(name, activated, "classifier.out_proj", outputs);
    }

    /** Before each of the two linears. */
    @Override
    public Map<String, Double> dropout() {
      Map<String, Double> states = new LinkedHashMap<>();
      states.put("first_token", roberta.headDropout());
      states.put("head_activated", roberta.headDropout());
      return states;
    }

    @Override
    public String architecture() {
      return roberta.config.variant().classes() + "ForSequenceClassification";
    }

    @Override
    public String checkpointName(String name) {
      return roberta.prefixed(name);
    }
  }
}

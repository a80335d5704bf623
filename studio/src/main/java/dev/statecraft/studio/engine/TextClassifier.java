package dev.statecraft.studio.engine;

import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.EncodedText;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.models.pretrained.TextEncoder;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.training.task.ClassScore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Labels texts with a tuned encoder; to be used by its session's thread.
 *
 * @param labels in the order of the head's outputs
 * @param plan gives the logits
 */
record TextClassifier(List<String> labels, TextEncoder encoder, StatePlan plan, Weights weights)
    implements Answering {
  /** Texts computed at once. */
  private static final int BATCH = 32;

  @Override
  public TextClassifier texts() {
    return this;
  }

  /** One for a recipe's task. */
  static TextClassifier of(
      List<String> labels, Recipe recipe, PretrainedModel model, Graph graph, Weights weights) {
    TokenInput input = model.backbone().input().tokens().orElseThrow();
    return new TextClassifier(
        labels,
        new TextEncoder(model.tokenizer(), input, recipe.data().maxLength()),
        StatePlan.inference(graph, Set.of(TaskModel.LOGITS)),
        weights);
  }

  /**
   * Labels texts.
   *
   * @param notes what a user should know
   */
  List<Classification> classify(List<TextInput> texts, Consumer<String> notes) {
    List<EncodedText> all = encoded(texts, notes);
    List<Classification> results = new ArrayList<>();
    for (int start = 0; start < texts.size(); start += BATCH) {
      List<EncodedText> encoded = all.subList(start, Math.min(all.size(), start + BATCH));
      try (Batch batch =
              EncodedText.batch(encoded, encoder.input())
                  .upload(weights.torch(), weights.computeType());
          Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
        double[] logits = pass.value(TaskModel.LOGITS).toDoubles();
        for (int i = 0; i < encoded.size(); i++) {
          double[] row = Arrays.copyOfRange(logits, i * labels.size(), (i + 1) * labels.size());
          results.add(Classification.of(labels, ClassScore.probabilities(row)));
        }
      }
    }
    return results;
  }

  /** Before anything is computed, so that a text which cannot be read is told at once. */
  private List<EncodedText> encoded(List<TextInput> texts, Consumer<String> notes) {
    List<TextEncoder.Encoded> encoded =
        texts.parallelStream()
            .map(text -> encoder.encode(text.text(), text.pair(), text.source()))
            .toList();
    long truncated =
        encoded.stream().filter(text -> text.wholeLength() > encoder.maxLength()).count();
    if (truncated > 0) {
      notes.accept(
          truncated
              + " of "
              + texts.size()
              + (texts.size() == 1 ? " text" : " texts")
              + " truncated to "
              + encoder.maxLength()
              + " tokens");
    }
    return encoded.stream().map(TextEncoder.Encoded::text).toList();
  }
}

package dev.statecraft.cli.engine;

import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.recipe.TaskRecipe;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.config.BertConfig;
import dev.statecraft.models.family.ModelFamily;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.models.task.ClassScore;
import dev.statecraft.models.task.EncodedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Labels texts with a tuned encoder. */
record TextClassifier(Recipe recipe, PretrainedModel model, Graph graph, Weights weights) {
  /** Texts computed at once. */
  private static final int BATCH = 32;

  List<Classification> classify(List<TextInput> texts) {
    BertConfig config = (BertConfig) model.config();
    List<String> labels = ((TaskRecipe.Classification) recipe.task()).labels().orElseThrow();
    int longest = Math.min(recipe.data().maxLength(), config.maxTokens());
    StatePlan plan = StatePlan.inference(graph, Set.of(ModelFamily.LOGITS));
    List<Classification> results = new ArrayList<>();
    for (int start = 0; start < texts.size(); start += BATCH) {
      List<EncodedText> encoded =
          texts.subList(start, Math.min(texts.size(), start + BATCH)).stream()
              .map(
                  text ->
                      EncodedText.of(
                          model.tokenizer(),
                          text.text(),
                          text.pair(),
                          longest,
                          config.typeVocabSize()))
              .toList();
      try (Batch batch =
              EncodedText.batch(encoded, config.firstPosition())
                  .upload(weights.torch(), weights.computeType());
          Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
        double[] logits = pass.value(ModelFamily.LOGITS).toDoubles();
        for (int i = 0; i < encoded.size(); i++) {
          double[] row =
              java.util.Arrays.copyOfRange(logits, i * labels.size(), (i + 1) * labels.size());
          results.add(Classification.of(labels, ClassScore.probabilities(row)));
        }
      }
    }
    return results;
  }
}

package dev.statecraft.studio.engine;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.State;
import dev.statecraft.core.plan.LayerPolicies;
import dev.statecraft.core.plan.StateFormat;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Weights;
import dev.statecraft.data.LabelledTokens;
import dev.statecraft.inference.Sampler;
import dev.statecraft.inference.TextGenerator;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.tensor.memory.OutOfMemoryException;
import dev.statecraft.training.Exhibit;
import dev.statecraft.training.RunEvent;
import dev.statecraft.training.RunHandler;
import dev.statecraft.training.RunListener;
import dev.statecraft.training.task.ExampleSet;
import dev.statecraft.training.task.Score;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Shows what a run's report has besides numbers.
 *
 * @param graph tuned
 */
record RunExhibits(Preparation prepared, PretrainedModel model, Graph graph, RunListener listener)
    implements RunHandler {
  private static final int NEW_TOKENS = 64;
  private static final int LONGEST_PROMPT = 512;

  /** Tokens of a text that is learned from its beginning which are taken for a prompt. */
  private static final int OPENING = 12;

  /** No further prompt after this: a large model on few processors takes seconds for a token. */
  private static final double SECONDS = 60;

  /** Which states and edges there are, and what is stored. */
  void graph(LayerPolicies store, StateFormat states) {
    Set<String> stored =
        StatePlan.training(graph, TaskModel.LOSS, Set.of(), store, states).stored().stream()
            .map(State::name)
            .collect(Collectors.toSet());
    listener.on(new RunEvent.Shown(new Exhibit.TunedGraph(graph, stored)));
  }

  /** Which classes were taken for which, if there are classes. */
  @Override
  public void scored(Score score) {
    List<String> labels = prepared.recipe().task().labels().orElse(List.of());
    score
        .confusion()
        .map(found -> new RunEvent.Shown(new Exhibit.Confusion(found, labels)))
        .ifPresent(listener::on);
  }

  /** What the model goes on with after a few prompts of the evaluation data, if it does so. */
  void samples(Weights weights) {
    int wanted = prepared.recipe().tracking().samples();
    List<LabelledTokens> texts = prepared.validation().map(ExampleSet::written).orElse(List.of());
    if (wanted == 0 || texts.isEmpty() || !prepared.family().writesTexts()) {
      return;
    }
    try {
      listener.on(new RunEvent.Shown(new Exhibit.Samples(samples(weights, texts, wanted))));
    } catch (OutOfMemoryException | InvalidInputException e) {
      listener.tell("no samples for the report: " + e.getMessage());
    }
  }

  private List<Exhibit.Sample> samples(Weights weights, List<LabelledTokens> texts, int wanted) {
    TextGenerator tuned = generator(graph, weights);
    // The weights of the base lie frozen among those of the tuned model, unless they were trained.
    boolean hasBase = !trainsBase();
    TextGenerator base = generator(prepared.family().graph(), weights);
    List<Exhibit.Sample> samples = new ArrayList<>();
    long start = System.nanoTime();
    for (LabelledTokens example : texts) {
      int[] prompt = prompt(example);
      if (samples.size() == wanted || (System.nanoTime() - start) / 1e9 > SECONDS) {
        break;
      }
      if (prompt.length <= LONGEST_PROMPT) {
        int[] rest = Arrays.copyOfRange(example.ids(), prompt.length, example.length());
        samples.add(
            new Exhibit.Sample(
                model.tokenizer().decode(prompt, true),
                model.tokenizer().decode(rest, true),
                hasBase ? Optional.of(completion(base, prompt)) : Optional.empty(),
                completion(tuned, prompt)));
      }
    }
    return samples;
  }

  private boolean trainsBase() {
    Graph frozen = prepared.family().graph();
    return graph.trainableParameters().stream()
        .anyMatch(parameter -> frozen.parameters().containsKey(parameter.name()));
  }

  /** What comes before the first token that is learned; of a plain text, its opening. */
  private static int[] prompt(LabelledTokens example) {
    int[] labels = example.labels();
    int first = 1;
    while (first < labels.length && labels[first] == LabelledTokens.IGNORED) {
      first++;
    }
    int length = first > 1 ? first : Math.max(1, Math.min(OPENING, labels.length / 2));
    return Arrays.copyOf(example.ids(), length);
  }

  private TextGenerator generator(Graph of, Weights weights) {
    return new TextGenerator(
        of,
        weights,
        prepared.family().input().tokens().orElseThrow(),
        model.tokenizer(),
        Models.specialTokens(model, PromptForm.of(prepared.recipe()).orElse(PromptForm.AS_IS)));
  }

  private static String completion(TextGenerator generator, int[] prompt) {
    return generator.generate(prompt, NEW_TOKENS, Sampler.greedy(), piece -> {}).completion();
  }
}

package dev.statecraft.studio.engine;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.tokenizer.Tokenizer;
import dev.statecraft.models.embedding.SentenceModules;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.pretrained.EncodedText;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.models.pretrained.TextEncoder;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.training.NumericFaultException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Gives vectors to texts; to be used by its session's thread.
 *
 * @param usualLength the most tokens of a text if nobody says otherwise
 * @param plan gives the last state, {@code [tokens, hidden]}
 * @param last its name
 */
record TextEmbedder(
    Tokenizer tokenizer,
    TokenInput input,
    int usualLength,
    SentenceModules modules,
    StatePlan plan,
    String last,
    int hidden,
    Weights weights)
    implements Answering {
  @Override
  public TextEmbedder embedder() {
    return this;
  }

  /**
   * One for a graph that ends with the last state.
   *
   * @throws InvalidInputException if the modules are not for the model
   */
  static TextEmbedder of(
      PretrainedModel model, SentenceModules modules, Graph graph, String last, Weights weights) {
    TokenInput input = model.backbone().input().tokens().orElseThrow();
    int hidden = Math.toIntExact(graph.state(last).shape().features());
    int unused = modules.width(hidden);
    return new TextEmbedder(
        model.tokenizer(),
        input,
        modules
            .texts()
            .maxLength()
            .orElseGet(() -> Models.maxLength(model).orElse(input.maxTokens())),
        modules,
        StatePlan.inference(graph, Set.of(last)),
        last,
        hidden,
        weights);
  }

  /**
   * The vectors of texts. Texts of like length are computed together.
   *
   * @throws dev.statecraft.base.UsageException if the model's folder names no such prompt
   * @throws InvalidInputException if the encoder cannot read a text, or nothing of one is left to
   *     pool
   * @throws NumericFaultException if a vector has numbers that are not finite
   */
  Embeddings embed(List<TextInput> texts, EmbedOptions options) {
    SentenceModules used = options.normalize().map(modules::normalized).orElse(modules);
    PromptedTexts prompted =
        PromptedTexts.of(
            modules,
            options.prompt(),
            new TextEncoder(tokenizer, input, options.maxLength().orElse(usualLength)));
    // Before anything is computed, so that a text which cannot be read is told at once.
    List<TextEncoder.Encoded> encoded = texts.parallelStream().map(prompted::encode).toList();
    int[] order =
        IntStream.range(0, texts.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> encoded.get(i).text().length()))
            .mapToInt(Integer::intValue)
            .toArray();
    float[][] vectors = new float[texts.size()][];
    for (int start = 0; start < order.length; start += options.batch()) {
      int[] chosen =
          Arrays.copyOfRange(order, start, Math.min(order.length, start + options.batch()));
      List<EncodedText> batch = Arrays.stream(chosen).mapToObj(i -> encoded.get(i).text()).toList();
      List<float[]> made = vectors(batch, used, prompted.promptTokens());
      for (int i = 0; i < chosen.length; i++) {
        requireFinite(made.get(i), texts.get(chosen[i]));
        vectors[chosen[i]] = made.get(i);
      }
    }
    int limit = prompted.encoder().maxLength();
    long truncated = encoded.stream().filter(text -> text.wholeLength() > limit).count();
    return new Embeddings(Arrays.asList(vectors), Math.toIntExact(truncated), limit);
  }

  private List<float[]> vectors(List<EncodedText> texts, SentenceModules used, int prompt) {
    float[][] vectors = new float[texts.size()][];
    try (Batch batch =
            EncodedText.batch(texts, input).upload(weights.torch(), weights.computeType());
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE);
        Scope scope = weights.torch().scope()) {
      Tensor states = pass.value(last);
      int start = 0;
      for (int i = 0; i < vectors.length; i++) {
        int length = texts.get(i).length();
        vectors[i] = used.vector(states.narrow(0, start, length).toFloats(), hidden, prompt);
        start += length;
      }
    }
    return Arrays.asList(vectors);
  }

  private static void requireFinite(float[] vector, TextInput text) {
    for (float value : vector) {
      if (!Float.isFinite(value)) {
        throw new NumericFaultException(
            text.source() + ": expected a vector of finite numbers, found " + value);
      }
    }
  }
}

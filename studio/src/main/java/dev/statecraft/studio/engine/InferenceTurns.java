package dev.statecraft.studio.engine;

import dev.statecraft.base.UsageException;
import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.HostBatch;
import dev.statecraft.inference.CachedDecoding;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.tensor.Torch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntToDoubleFunction;

/** Passes that two models take in turn, over the same tokens: how long each took. */
final class InferenceTurns {
  /** Short passes are repeated until they took this long together, in seconds. */
  private static final double LEAST_SECONDS = 2;

  private static final int MOST_REPETITIONS = 50;

  private final InferenceRequest request;
  private final HostBatch batch;
  private final List<int[]> prompts;
  private final long tokens;
  private final int length;
  private final List<double[]> prefill = new ArrayList<>();
  private final List<double[]> first = new ArrayList<>();
  private final List<double[]> decode = new ArrayList<>();
  private List<InferenceModel> models = List.of();

  private InferenceTurns(
      InferenceRequest request, HostBatch batch, List<int[]> prompts, long tokens, int length) {
    this.request = request;
    this.batch = batch;
    this.prompts = prompts;
    this.tokens = tokens;
    this.length = length;
  }

  /**
   * The passes of a length.
   *
   * @param family the model that answers, which has texts to go on with, or not
   */
  static InferenceTurns of(TaskModel family, InferenceRequest request, int length) {
    List<Integer> lengths = Collections.nCopies(request.batch(), length);
    checkLength(family, length + (family.writesTexts() ? request.newTokens() : 0));
    if (!family.writesTexts()) {
      HostBatch batch = family.sample(lengths);
      return new InferenceTurns(
          request, batch, List.of(), batch.extents().rows(Axis.TOKENS), length);
    }
    TokenInput input = family.input().tokens().orElseThrow();
    List<int[]> prompts = input.sampleIds(lengths);
    return new InferenceTurns(
        request,
        TokenBatches.ends(prompts),
        List.of(input.sampleIds(List.of(length + request.newTokens())).get(0)),
        (long) request.batch() * length,
        length);
  }

  private static void checkLength(TaskModel family, int tokens) {
    int most = family.input().tokens().map(TokenInput::maxTokens).orElse(Integer.MAX_VALUE);
    if (tokens > most) {
      throw new UsageException(
          "--lengths: expected at most "
              + most
              + " tokens (max_position_embeddings), new ones among them, found "
              + tokens);
    }
  }

  /** Takes all passes. */
  InferenceTurns take(List<InferenceModel> two) {
    models = two;
    Torch torch = two.get(0).torch();
    try (Batch uploaded = batch.upload(torch, request.compute().dtype())) {
      for (InferenceModel model : two) {
        model.resetPeak();
        model.watch(() -> model.prefill(uploaded));
      }
      repeat(prefill, turn -> two.get(turn).prefill(uploaded));
    }
    if (!prompts.isEmpty()) {
      for (InferenceModel model : two) {
        model.watch(() -> generate(model));
      }
      for (int i = 0; i < request.repetitions(); i++) {
        generateInTurn(i);
      }
    }
    return this;
  }

  private void repeat(List<double[]> samples, IntToDoubleFunction pass) {
    double spent = 0;
    int done = 0;
    while (done < request.repetitions() || (spent < LEAST_SECONDS && done < MOST_REPETITIONS)) {
      double[] seconds = inTurn(done, pass);
      samples.add(seconds);
      spent += seconds[0] + seconds[1];
      done++;
    }
  }

  /** Who begins changes from time to time. */
  private static double[] inTurn(int time, IntToDoubleFunction pass) {
    double[] seconds = new double[2];
    int begins = time % 2;
    seconds[begins] = pass.applyAsDouble(begins);
    seconds[1 - begins] = pass.applyAsDouble(1 - begins);
    return seconds;
  }

  private void generate(InferenceModel model) {
    try (CachedDecoding text = model.decoding(prompts.get(0).length)) {
      text.append(prompt());
      text.append(prompts.get(0)[length]);
    }
  }

  private int[] prompt() {
    return Arrays.copyOf(prompts.get(0), length);
  }

  private void generateInTurn(int time) {
    int[] ids = prompts.get(0);
    try (CachedDecoding base = models.get(0).decoding(ids.length);
        CachedDecoding tuned = models.get(1).decoding(ids.length)) {
      List<CachedDecoding> texts = List.of(base, tuned);
      first.add(inTurn(time, turn -> timed(texts.get(turn), prompt())));
      for (int i = length; i < ids.length; i++) {
        int id = ids[i];
        decode.add(inTurn(time + i, turn -> timed(texts.get(turn), id)));
      }
    }
  }

  private static double timed(CachedDecoding text, int... ids) {
    long start = System.nanoTime();
    text.append(ids);
    return (System.nanoTime() - start) / 1e9;
  }

  /** What one of the models took. */
  InferenceRow row(String method, int model) {
    OptionalDouble token = seconds(decode, model);
    return new InferenceRow(
        method,
        length,
        request.batch(),
        false,
        tokens / seconds(prefill, model).orElseThrow(),
        token.isPresent() ? OptionalDouble.of(1 / token.getAsDouble()) : token,
        seconds(first, model),
        models.get(model).parameterBytes(),
        models.get(model).peakBytes(),
        overhead(prefill, model).orElseThrow(),
        overhead(decode, model));
  }

  private static OptionalDouble seconds(List<double[]> samples, int model) {
    return median(samples.stream().mapToDouble(sample -> sample[model]).toArray());
  }

  private static OptionalDouble overhead(List<double[]> samples, int model) {
    return median(samples.stream().mapToDouble(sample -> sample[model] / sample[0] - 1).toArray());
  }

  private static OptionalDouble median(double[] values) {
    if (values.length == 0) {
      return OptionalDouble.empty();
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return OptionalDouble.of(
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
  }
}

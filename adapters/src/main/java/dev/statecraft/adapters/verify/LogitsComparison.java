package dev.statecraft.adapters.verify;

import dev.statecraft.core.graph.Axis;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.plan.StatePlan;
import dev.statecraft.core.run.Batch;
import dev.statecraft.core.run.Pass;
import dev.statecraft.core.run.PassOptions;
import dev.statecraft.core.run.Weights;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Logits of one model against those of another, for the same prompts. Models are given one after
 * the other, {@link #expect} before {@link #compare}; the first one's logits wait in a temporary
 * file.
 */
public final class LogitsComparison implements AutoCloseable {
  private final List<Prompts.Prompt> prompts;
  private final Path file;
  private final FileChannel kept;

  private LogitsComparison(List<Prompts.Prompt> prompts, Path file, FileChannel kept) {
    this.prompts = prompts;
    this.file = file;
    this.kept = kept;
  }

  /**
   * A comparison on prompts for a model.
   *
   * @param texts the user's; empty for ours
   * @param bos the token that begins a language model's texts
   * @throws dev.statecraft.base.InvalidInputException if there are texts for a model that reads
   *     none
   * @throws IOException if the temporary file cannot be made
   */
  public static LogitsComparison on(
      PretrainedModel model, TaskModel family, Optional<List<String>> texts, OptionalInt bos)
      throws IOException {
    List<Prompts.Prompt> prompts = Prompts.of(model, family, texts, bos);
    Path file = Files.createTempFile("statecraft", ".logits");
    return new LogitsComparison(
        prompts, file, FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  /** Computes and keeps the first model's logits. */
  public void expect(Graph graph, Weights weights) throws IOException {
    kept.truncate(0);
    for (Prompts.Prompt prompt : prompts) {
      float[] logits = logits(prompt, graph, weights);
      ByteBuffer bytes = ByteBuffer.allocate(logits.length * Float.BYTES);
      bytes.asFloatBuffer().put(logits);
      while (bytes.hasRemaining()) {
        kept.write(bytes);
      }
    }
  }

  /**
   * Computes the second model's logits and compares.
   *
   * @return an entry for each prompt
   */
  public List<PromptAgreement> compare(Graph graph, Weights weights) throws IOException {
    kept.position(0);
    List<PromptAgreement> agreements = new ArrayList<>();
    for (Prompts.Prompt prompt : prompts) {
      float[] found = logits(prompt, graph, weights);
      ByteBuffer bytes = ByteBuffer.allocate(found.length * Float.BYTES);
      while (bytes.hasRemaining()) {
        if (kept.read(bytes) < 0) {
          throw new EOFException("the first model gave fewer logits than the second");
        }
      }
      float[] expected = new float[found.length];
      bytes.flip().asFloatBuffer().get(expected);
      int positions = Math.max(1, (int) prompt.batch().extents().rows(Axis.LABELS));
      agreements.add(PromptAgreement.of(prompt.words(), positions, expected, found));
    }
    return agreements;
  }

  private static float[] logits(Prompts.Prompt prompt, Graph graph, Weights weights) {
    StatePlan plan = StatePlan.inference(graph, Set.of(TaskModel.LOGITS));
    try (Batch batch = prompt.batch().upload(weights.torch(), weights.computeType());
        Pass pass = Pass.run(plan, weights, batch, PassOptions.INFERENCE)) {
      return pass.value(TaskModel.LOGITS).toFloats();
    }
  }

  @Override
  public void close() throws IOException {
    kept.close();
    Files.deleteIfExists(file);
  }
}

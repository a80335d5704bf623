package dev.statecraft.training;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.TextFile;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.optim.AdamW;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.SafetensorsFile;
import dev.statecraft.formats.checkpoint.SafetensorsWriter;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A saved run: {@value #PROGRESS} ({@link Progress} and {@link StepLayout}) and {@value #TENSORS}
 * (for every trained parameter its value and both moments, in the type they are trained in, and
 * what the {@linkplain dev.statecraft.core.graph.StepRule rules} of its steps remember).
 *
 * @param folder of both files
 * @param progress how far the run was
 * @param layout how its steps were taken
 */
public record Checkpoint(Path folder, Progress progress, StepLayout layout) {
  static final String PROGRESS = "progress.json";
  static final String TENSORS = "training.safetensors";

  private static final String VALUE = "value.";
  private static final String FIRST_MOMENT = "first_moment.";
  private static final String SECOND_MOMENT = "second_moment.";
  private static final String RULE = "rule.";

  /** Numbers copied to the host at a time. */
  private static final long PART = 1 << 20;

  /** Whether a folder holds both files. */
  static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(PROGRESS))
        && Files.isRegularFile(folder.resolve(TENSORS));
  }

  /**
   * Reads how far a run was, not yet its tensors.
   *
   * @throws InvalidInputException if the file is none that {@link #write} wrote
   * @throws IOException if it cannot be read
   */
  static Checkpoint open(Path folder) throws IOException {
    Path file = folder.resolve(PROGRESS);
    ProgressFormat.Content content = ProgressFormat.read(TextFile.read(file), file.toString());
    return new Checkpoint(folder, content.progress(), content.layout());
  }

  /** Writes both files, each forced to the disk, into a folder that exists. */
  static void write(
      Path folder, Progress progress, StepLayout layout, Weights weights, AdamW optimizer)
      throws IOException {
    SafetensorsWriter writer = new SafetensorsWriter();
    long offset = 0;
    for (Parameter parameter : weights.parameters()) {
      if (!parameter.trainable()) {
        continue;
      }
      add(writer, VALUE, parameter, weights.flatValues(), offset);
      add(writer, FIRST_MOMENT, parameter, optimizer.firstMoment(), offset);
      add(writer, SECOND_MOMENT, parameter, optimizer.secondMoment(), offset);
      offset += parameter.elements();
    }
    optimizer
        .rules()
        .memory()
        .forEach(
            (name, tensor) ->
                writer.add(
                    TensorEntry.of(RULE + name, type(tensor), tensor.shape()),
                    channel -> write(tensor, channel)));
    writer.writeTo(folder.resolve(TENSORS));
    ProgressFormat.write(folder.resolve(PROGRESS), progress, layout);
  }

  private static void add(
      SafetensorsWriter writer, String prefix, Parameter parameter, Tensor flat, long offset) {
    writer.add(
        TensorEntry.of(prefix + parameter.name(), type(flat), parameter.sizes()),
        channel -> write(flat, offset, parameter.elements(), channel));
  }

  private static ElementType type(Tensor tensor) {
    return tensor.dtype() == DType.FLOAT64 ? ElementType.F64 : ElementType.F32;
  }

  private static void write(Tensor tensor, WritableByteChannel channel) throws IOException {
    try (Tensor flat = tensor.view(-1).escape()) {
      write(flat, 0, flat.elements(), channel);
    }
  }

  private static void write(Tensor flat, long offset, long elements, WritableByteChannel channel)
      throws IOException {
    boolean wide = flat.dtype() == DType.FLOAT64;
    for (long start = 0; start < elements; start += PART) {
      long count = Math.min(PART, elements - start);
      double[] numbers;
      try (Scope scope = flat.torch().scope()) {
        numbers = flat.narrow(0, offset + start, count).toDoubles();
      }
      ByteBuffer bytes =
          ByteBuffer.allocate(numbers.length * flat.dtype().bytes()).order(ByteOrder.LITTLE_ENDIAN);
      for (double number : numbers) {
        if (wide) {
          bytes.putDouble(number);
        } else {
          bytes.putFloat((float) number);
        }
      }
      bytes.flip();
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
  }

  /**
   * Brings a run to where it was.
   *
   * @param weights the parameters, changed
   * @param optimizer its moments and what its rules remember, changed
   * @throws InvalidInputException if the checkpoint is of other parameters
   * @throws IOException if it cannot be read
   */
  Progress restore(Weights weights, AdamW optimizer) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(TENSORS))) {
      read(file, weights, VALUE, weights.flatValues());
      read(file, weights, FIRST_MOMENT, optimizer.firstMoment());
      read(file, weights, SECOND_MOMENT, optimizer.secondMoment());
      CheckpointWeights remembered = new CheckpointWeights(file, name -> RULE + name);
      optimizer.rules().memory().forEach(remembered::read);
    }
    optimizer.resumeAt(progress.step());
    return progress;
  }

  /**
   * Gives the parameters the values of the checkpoint.
   *
   * @throws InvalidInputException if the checkpoint is of other parameters
   * @throws IOException if it cannot be read
   */
  public void restoreValues(Weights weights) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(TENSORS))) {
      read(file, weights, VALUE, weights.flatValues());
    }
  }

  private static void read(SafetensorsFile file, Weights weights, String prefix, Tensor flat) {
    CheckpointWeights source = new CheckpointWeights(file, name -> prefix + name);
    long offset = 0;
    for (Parameter parameter : weights.parameters()) {
      if (!parameter.trainable()) {
        continue;
      }
      try (Scope scope = flat.torch().scope()) {
        Tensor part = flat.narrow(0, offset, parameter.elements()).view(parameter.sizes());
        source.read(parameter.name(), part);
      }
      offset += parameter.elements();
    }
  }
}

package dev.statecraft.adapters.merge;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.UsageException;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.PackedMatrix;
import dev.statecraft.formats.checkpoint.TensorData;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Int4Groups;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.List;
import java.util.Optional;

/**
 * The tensors of a merged checkpoint, each computed when it is written, some rows at a time ({@link
 * Pieces}). Merging is done in float32, or float64 for a float64 weight, and rounded once.
 */
final class MergedTensors {
  private final Torch torch;
  private final CheckpointSource checkpoint;
  private final Merge merge;
  private final Optional<DType> type;
  private ByteBuffer buffer = direct(Pieces.SIZE * Float.BYTES);

  /**
   * @param type of all floating tensors; empty to leave each in its own
   */
  MergedTensors(Torch torch, CheckpointSource checkpoint, Merge merge, Optional<DType> type) {
    this.torch = torch;
    this.checkpoint = checkpoint;
    this.merge = merge;
    this.type = type;
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A tensor's type and shape in the merged checkpoint. */
  TensorEntry entry(String name) {
    boolean old = checkpoint.names().contains(name);
    TensorEntry like = old ? checkpoint.entry(name) : checkpoint.entry(anyFloating());
    // A convolution of the base model stays one, though the graph knows it as a linear.
    long[] shape = old && fits(name, like) ? like.shape() : merge.trained().entry(name).shape();
    return TensorEntry.of(name, floating(like.type()) ? wanted(like.type()) : like.type(), shape);
  }

  /** Whether what takes a tensor's place, if anything does, has as many numbers. */
  private boolean fits(String name, TensorEntry old) {
    return !merge.replaced().containsKey(name)
        || merge.trained().entry(name).elements() == old.elements();
  }

  private ElementType wanted(ElementType own) {
    return type.map(MergedTensors::elementType).orElse(own);
  }

  /** A weight of the base model, in whose type is written what that model lacks. */
  private String anyFloating() {
    return checkpoint.names().stream()
        .filter(name -> floating(checkpoint.entry(name).type()))
        .findFirst()
        .orElseThrow(() -> new InvalidInputException("expected weights of floats, found none"));
  }

  /**
   * What is written of a tensor.
   *
   * @param suffix what its name gets
   * @param entry type and shape, under the name without it
   * @param data the values
   */
  record Written(String suffix, TensorEntry entry, TensorData data) {}

  /** What is written of a tensor: one, or the parts of a matrix in 4 bits. */
  List<Written> written(String name) {
    Optional<HeldBase> held = merge.held().filter(base -> base.keeps(name));
    return held.isPresent()
        ? packed(name, held.get())
        : List.of(new Written("", entry(name), data(name)));
  }

  private List<Written> packed(String name, HeldBase held) {
    long[] shape = entry(name).shape();
    long half = Int4Groups.bytesOfRow(shape[1]);
    long groups = Int4Groups.groups(shape[1], held.zeroPoints().group());
    HeldLinear linear = new HeldLinear(torch, checkpoint, merge, name);
    return List.of(
        new Written(
            PackedMatrix.CODES,
            TensorEntry.of(name, ElementType.U8, shape[0], half),
            channel -> linear.each(rows -> write(rows.codes(), DType.UINT8, channel))),
        new Written(
            PackedMatrix.SCALES,
            TensorEntry.of(name, ElementType.F32, shape[0], groups),
            channel -> linear.each(rows -> write(rows.scales(), DType.FLOAT32, channel))),
        new Written(
            PackedMatrix.ZEROS,
            TensorEntry.of(name, ElementType.F32, shape[0], groups),
            channel -> linear.each(rows -> write(rows.zeros(), DType.FLOAT32, channel))));
  }

  private TensorData data(String name) {
    TensorEntry target = entry(name);
    if (merge.held().filter(base -> base.names().contains(name)).isPresent()) {
      requireFloating(checkpoint.entry(name));
      DType type = dtype(target.type());
      return channel ->
          new HeldLinear(torch, checkpoint, merge, name)
              .each(rows -> write(values(rows, type.master()), type, channel));
    }
    MergedLinear linear = merge.linears().get(name);
    CheckpointSource from = merge.replaced().containsKey(name) ? merge.trained() : checkpoint;
    if (linear != null) {
      TensorEntry source = from.entry(name);
      requireFloating(source);
      return channel -> writeMerged(from, source, target, linear, channel);
    }
    TensorEntry source = from.entry(name);
    return source.type() == target.type()
        ? channel -> writeAsIs(from, source, channel)
        : channel -> writeConverted(from, source, target, channel);
  }

  private Tensor values(Int4Groups rows, DType type) {
    Tensor values = torch.empty(type, rows.rows(), rows.columns());
    rows.dequantizeInto(values);
    return values;
  }

  private static void requireFloating(TensorEntry source) {
    if (!floating(source.type())) {
      throw new InvalidInputException(
          "tensor '" + source.name() + "': expected F64, F32, F16 or BF16, found " + source.type());
    }
  }

  private static void writeAsIs(
      CheckpointSource from, TensorEntry source, WritableByteChannel channel) throws IOException {
    for (long start = 0; start < source.bytes(); start += Pieces.MAPPED) {
      ByteBuffer part =
          from.read(source.name(), start, (int) Math.min(Pieces.MAPPED, source.bytes() - start));
      while (part.hasRemaining()) {
        channel.write(part);
      }
    }
  }

  private void writeConverted(
      CheckpointSource values, TensorEntry source, TensorEntry target, WritableByteChannel channel)
      throws IOException {
    DType from = dtype(source.type());
    new Pieces(torch, values, source, 1)
        .each(
            (bytes, first, count) ->
                write(torch.borrow(bytes, from, count), dtype(target.type()), channel));
  }

  private void writeMerged(
      CheckpointSource weights,
      TensorEntry source,
      TensorEntry target,
      MergedLinear linear,
      WritableByteChannel channel)
      throws IOException {
    DType from = dtype(source.type());
    long columns = source.shape().length == 1 ? 1 : source.shape()[1];
    try (Scope scope = torch.scope()) {
      MergedLinear.Rows values =
          linear.values(torch, CheckpointWeights.of(merge.trained()), from.master());
      new Pieces(torch, weights, source, columns)
          .each(
              (bytes, first, count) -> {
                Tensor rows = torch.borrow(bytes, from, count, columns).copyTo(from.master());
                values.mergeInto(rows, first);
                write(rows, dtype(target.type()), channel);
              });
    }
  }

  /** Writes values in a type through the one buffer. */
  private void write(Tensor values, DType to, WritableByteChannel channel) throws IOException {
    try (Scope scope = torch.scope()) {
      int bytes = Math.toIntExact(values.elements() * to.bytes());
      if (buffer.capacity() < bytes) {
        buffer = direct(bytes);
      }
      buffer.clear().limit(bytes);
      torch.borrow(buffer, to, values.shape()).copyFrom(values);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }

  static boolean floating(ElementType type) {
    return switch (type) {
      case F64, F32, F16, BF16 -> true;
      case I64, I32, I16, I8, U8, BOOL -> false;
    };
  }

  static DType dtype(ElementType type) {
    return switch (type) {
      case F64 -> DType.FLOAT64;
      case F32 -> DType.FLOAT32;
      case F16 -> DType.FLOAT16;
      case BF16 -> DType.BFLOAT16;
      case I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException(type + " is no float");
    };
  }

  private static ElementType elementType(DType type) {
    return switch (type) {
      case FLOAT64 -> ElementType.F64;
      case FLOAT32 -> ElementType.F32;
      case FLOAT16 -> ElementType.F16;
      case BFLOAT16 -> ElementType.BF16;
      default ->
          throw new UsageException(
              "--dtype: expected float64, float32, float16 or bfloat16, found '" + type + "'");
    };
  }
}

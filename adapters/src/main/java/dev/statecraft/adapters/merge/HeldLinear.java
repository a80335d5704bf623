package dev.statecraft.adapters.merge;

import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.PackedMatrix;
import dev.statecraft.formats.checkpoint.TensorEntry;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Scope;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Int4Groups;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A linear of a base in 4 bits, with the update in its zero points: {@code zero' = zero + s (B A)
 * [o, g] / size} of the row o and the group g (Xu et al. 2023, section 3.3).
 *
 * @param checkpoint the base, in 4 bits or not
 * @param merge what changes
 * @param name of the weight
 */
record HeldLinear(Torch torch, CheckpointSource checkpoint, Merge merge, String name) {
  /** What is done with some rows, which go when it is done. */
  interface Rows {
    void take(Int4Groups rows) throws IOException;
  }

  /** Walks over the rows, a piece at a time. */
  void each(Rows take) throws IOException {
    Optional<PackedMatrix> packed = checkpoint.packed(name);
    if (packed.isPresent()) {
      eachPacked(packed.get(), take);
      return;
    }
    TensorEntry source = checkpoint.entry(name);
    DType type = MergedTensors.dtype(source.type());
    long columns = source.shape()[1];
    try (Scope scope = torch.scope()) {
      Optional<MergedLinear.Values> shifts = shifts();
      new Pieces(torch, checkpoint, source, columns)
          .each(
              (bytes, first, count) -> {
                Tensor weight = torch.borrow(bytes, type, count, columns);
                try (Int4Groups rows = Int4Groups.of(weight, group())) {
                  shift(rows, first, shifts, take);
                }
              });
    }
  }

  private void eachPacked(PackedMatrix matrix, Rows take) throws IOException {
    CheckpointSource stored = matrix.source();
    try (Scope scope = torch.scope()) {
      Optional<MergedLinear.Values> shifts = shifts();
      new Pieces(torch, stored, stored.entry(matrix.codes()), matrix.columns() / 2)
          .each(
              (bytes, first, count) -> {
                try (Int4Groups rows =
                    Int4Groups.empty(torch, count, matrix.columns(), matrix.group())) {
                  rows.codes().copyFrom(torch.borrow(bytes, DType.UINT8, rows.codes().shape()));
                  copy(stored, matrix.scales(), first, rows.scales());
                  copy(stored, matrix.zeros(), first, rows.zeros());
                  shift(rows, first, shifts, take);
                }
              });
    }
  }

  private void copy(CheckpointSource stored, String part, long first, Tensor target) {
    long rowBytes = target.size(1) * Float.BYTES;
    ByteBuffer bytes =
        stored.read(part, first * rowBytes, Math.toIntExact(target.size(0) * rowBytes));
    target.copyFrom(torch.borrow(bytes, DType.FLOAT32, target.shape()));
  }

  private int group() {
    return merge.held().orElseThrow().zeroPoints().group();
  }

  private Optional<MergedLinear.Values> shifts() {
    return Optional.ofNullable(merge.held().orElseThrow().shifts().get(name))
        .map(means -> means.shifts(torch, CheckpointWeights.of(merge.trained()), DType.FLOAT32));
  }

  private static void shift(
      Int4Groups rows, long first, Optional<MergedLinear.Values> shifts, Rows take)
      throws IOException {
    shifts.ifPresent(values -> values.mergeInto(rows.zeros(), first));
    take.take(rows);
  }
}

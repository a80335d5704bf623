package dev.statecraft.formats.checkpoint;

import dev.statecraft.base.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Another source with some tensors cut or joined along their first dimension, as where one file has
 * a projection for queries, keys and values and another has three. Nothing is read before it is
 * asked for. The tensors of which others are made are not shown. Closing it closes the other.
 */
public final class StackedRows implements CheckpointSource {
  private final CheckpointSource source;
  private final SortedMap<String, List<Rows>> stacks;
  private final SortedSet<String> names;

  /**
   * Some of a tensor's rows, with all that is in them.
   *
   * @param tensor its name in the source
   * @param first the first of them
   * @param count how many
   */
  public record Rows(String tensor, long first, long count) {}

  /**
   * A view of a source.
   *
   * @param stacks what each tensor consists of, from its first row to its last, by the name that is
   *     shown
   * @throws InvalidInputException if a part is not in the source
   * @throws IllegalArgumentException if a part has not these rows, or parts of one tensor have
   *     other types or rows of another shape
   */
  public StackedRows(CheckpointSource source, Map<String, List<Rows>> stacks) {
    this.source = source;
    this.stacks = new TreeMap<>(stacks);
    this.names = new TreeSet<>(source.names());
    stacks.values().forEach(stack -> stack.forEach(rows -> names.remove(rows.tensor())));
    names.addAll(stacks.keySet());
    stacks.forEach(this::check);
  }

  private void check(String name, List<Rows> stack) {
    TensorEntry first = source.entry(stack.get(0).tensor());
    for (Rows rows : stack) {
      TensorEntry part = source.entry(rows.tensor());
      long[] shape = part.shape();
      boolean there =
          shape.length > 0
              && rows.first() >= 0
              && rows.count() > 0
              && rows.first() <= shape[0] - rows.count();
      if (!there || part.type() != first.type() || !Arrays.equals(row(part), row(first))) {
        throw new IllegalArgumentException(
            "tensor '"
                + name
                + "': expected "
                + rows
                + " like those of "
                + first
                + ", found "
                + part);
      }
    }
  }

  private static long[] row(TensorEntry entry) {
    long[] shape = entry.shape();
    return shape.length == 0 ? shape : Arrays.copyOfRange(shape, 1, shape.length);
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSortedSet(names);
  }

  @Override
  public TensorEntry entry(String name) {
    List<Rows> stack = stacks.get(name);
    if (stack == null) {
      return source.entry(shown(name));
    }
    TensorEntry first = source.entry(stack.get(0).tensor());
    long[] shape = first.shape();
    shape[0] = stack.stream().mapToLong(Rows::count).sum();
    return TensorEntry.of(name, first.type(), shape);
  }

  @Override
  public ByteBuffer read(String name, long offset, int length) {
    List<Rows> stack = stacks.get(name);
    if (stack == null) {
      return source.read(shown(name), offset, length);
    }
    TensorEntry entry = entry(name);
    Parts.check(entry, offset, length);
    long rowBytes = entry.bytes() / entry.shape()[0];
    List<ByteBuffer> pieces = new ArrayList<>();
    long start = 0;
    for (Rows rows : stack) {
      long end = start + rows.count() * rowBytes;
      long from = Math.max(start, offset);
      long to = Math.min(end, offset + length);
      if (from < to) {
        long inTensor = rows.first() * rowBytes + from - start;
        pieces.add(source.read(rows.tensor(), inTensor, Math.toIntExact(to - from)));
      }
      start = end;
    }
    if (pieces.size() == 1) {
      return pieces.get(0);
    }
    ByteBuffer joined = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
    pieces.forEach(joined::put);
    return joined.flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public Optional<PackedMatrix> packed(String name) {
    return stacks.containsKey(name) ? Optional.empty() : source.packed(shown(name));
  }

  @Override
  public SortedMap<String, SortedSet<String>> files() {
    TreeMap<String, SortedSet<String>> files = new TreeMap<>();
    source
        .files()
        .forEach(
            (file, stored) -> {
              SortedSet<String> here = new TreeSet<>(stored);
              here.retainAll(names);
              stacks.forEach(
                  (name, stack) -> {
                    here.remove(name);
                    if (stored.contains(stack.get(0).tensor())) {
                      here.add(name);
                    }
                  });
              if (!here.isEmpty()) {
                files.put(file, here);
              }
            });
    return files;
  }

  @Override
  public Map<String, String> metadata() {
    return source.metadata();
  }

  @Override
  public void close() {
    source.close();
  }

  private String shown(String name) {
    if (!names.contains(name)) {
      throw new InvalidInputException("expected a tensor '" + name + "', found none of that name");
    }
    return name;
  }
}

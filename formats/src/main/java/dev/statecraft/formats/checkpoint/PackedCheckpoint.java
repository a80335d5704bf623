package dev.statecraft.formats.checkpoint;

import dev.statecraft.base.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
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
 * A checkpoint of which some matrices are held in 4 bits, shown as one of floats: each {@link
 * PackedMatrix} is a tensor of float32, computed when it is read. Closing it closes the other.
 */
public final class PackedCheckpoint implements CheckpointSource {
  private final CheckpointSource source;
  private final SortedMap<String, PackedMatrix> packed = new TreeMap<>();
  private final SortedSet<String> names;

  /** What an array of Java's holds. */
  private static final int MOST_COLUMNS = Integer.MAX_VALUE;

  private PackedCheckpoint(CheckpointSource source, int group) {
    this.source = source;
    names = new TreeSet<>(source.names());
    for (String name : source.names()) {
      if (name.endsWith(PackedMatrix.CODES)) {
        PackedMatrix matrix = matrix(name, group);
        packed.put(matrix.name(), matrix);
        names.removeAll(Set.of(matrix.codes(), matrix.scales(), matrix.zeros()));
        names.add(matrix.name());
      }
    }
  }

  /**
   * A view of a checkpoint.
   *
   * @param group columns that share a scale and a zero
   * @throws InvalidInputException if parts of a matrix are missing or do not fit each other
   */
  public static PackedCheckpoint of(CheckpointSource source, int group) {
    return new PackedCheckpoint(source, group);
  }

  private PackedMatrix matrix(String codes, int group) {
    String name = codes.substring(0, codes.length() - PackedMatrix.CODES.length());
    TensorEntry entry = source.entry(codes);
    if (entry.type() != ElementType.U8 || entry.shape().length != 2) {
      throw new InvalidInputException(
          "tensor '" + codes + "': expected bytes [rows, columns / 2], found " + entry);
    }
    if (source.names().contains(name)) {
      throw new InvalidInputException(
          "tensor '" + name + "': expected none beside '" + codes + "', found both");
    }
    long rows = entry.shape()[0];
    if (entry.shape()[1] > MOST_COLUMNS / 2) {
      throw new InvalidInputException(
          "tensor '"
              + entry.name()
              + "': expected codes of at most "
              + MOST_COLUMNS
              + " columns, found "
              + entry);
    }
    PackedMatrix matrix = new PackedMatrix(source, name, rows, 2 * entry.shape()[1], group);
    for (String part : List.of(matrix.scales(), matrix.zeros())) {
      TensorEntry found = source.entry(part);
      if (found.type() != ElementType.F32
          || !Arrays.equals(found.shape(), new long[] {rows, matrix.groups()})) {
        throw new InvalidInputException(
            "tensor '"
                + part
                + "': expected F32["
                + rows
                + ", "
                + matrix.groups()
                + "], one for each "
                + group
                + " of "
                + matrix.columns()
                + " columns, found "
                + found);
      }
    }
    return matrix;
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSortedSet(names);
  }

  @Override
  public TensorEntry entry(String name) {
    PackedMatrix matrix = packed.get(name);
    return matrix == null
        ? source.entry(name)
        : TensorEntry.of(name, ElementType.F32, matrix.rows(), matrix.columns());
  }

  @Override
  public Optional<PackedMatrix> packed(String name) {
    return Optional.ofNullable(packed.get(name));
  }

  @Override
  public ByteBuffer read(String name, long offset, int length) {
    PackedMatrix matrix = packed.get(name);
    if (matrix == null) {
      return source.read(name, offset, length);
    }
    Parts.check(entry(name), offset, length);
    ByteBuffer bytes = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
    if (length > 0) {
      long first = offset / Float.BYTES;
      fill(bytes.asFloatBuffer(), matrix, first, first + length / Float.BYTES);
    }
    return bytes.asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Writes the values of the elements from {@code first} up to {@code end}. */
  private void fill(FloatBuffer target, PackedMatrix matrix, long first, long end) {
    int columns = Math.toIntExact(matrix.columns());
    int groups = Math.toIntExact(matrix.groups());
    long firstRow = first / columns;
    int rows = Math.toIntExact((end - 1) / columns + 1 - firstRow);
    int half = columns / 2;
    ByteBuffer codes = source.read(matrix.codes(), firstRow * half, Math.multiplyExact(rows, half));
    FloatBuffer scales = floats(matrix.scales(), firstRow * groups, rows * groups);
    FloatBuffer zeros = floats(matrix.zeros(), firstRow * groups, rows * groups);
    byte[] bytes = new byte[half];
    float[] values = new float[columns];
    for (int row = 0; row < rows; row++) {
      codes.get(row * half, bytes);
      for (int g = 0; g < groups; g++) {
        float scale = scales.get(row * groups + g);
        float zero = zeros.get(row * groups + g);
        int last = Math.min(columns, (g + 1) * matrix.group());
        for (int i = g * matrix.group(); i < last; i++) {
          int code = i % 2 == 0 ? (bytes[i / 2] >>> 4) & 15 : bytes[i / 2] & 15;
          values[i] = code * scale + zero;
        }
      }
      int from = row == 0 ? (int) (first % columns) : 0;
      int to = row == rows - 1 ? (int) ((end - 1) % columns) + 1 : columns;
      target.put(values, from, to - from);
    }
  }

  private FloatBuffer floats(String name, long first, int count) {
    return source
        .read(name, first * Float.BYTES, Math.multiplyExact(count, Float.BYTES))
        .asFloatBuffer();
  }

  @Override
  public SortedMap<String, SortedSet<String>> files() {
    TreeMap<String, SortedSet<String>> files = new TreeMap<>();
    source
        .files()
        .forEach(
            (file, stored) -> {
              SortedSet<String> shown = new TreeSet<>(stored);
              shown.retainAll(names);
              packed.values().stream()
                  .filter(matrix -> stored.contains(matrix.codes()))
                  .forEach(matrix -> shown.add(matrix.name()));
              if (!shown.isEmpty()) {
                files.put(file, shown);
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
}

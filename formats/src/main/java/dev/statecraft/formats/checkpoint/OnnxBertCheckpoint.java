package dev.statecraft.formats.checkpoint;

import dev.statecraft.base.InvalidInputException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The float32 weights of a BERT that PyTorch exported to ONNX, under the names and in the layout of
 * the Hugging Face {@code BertModel} ({@code encoder.layer.0.attention.self.query.weight}, shape
 * {@code [out, in]}).
 *
 * <p>The exporter keeps the names of embeddings, norms and biases. A linear layer's weight it
 * transposes to {@code [in, out]} and calls {@code onnx::MatMul_} and a number; which layer it
 * belongs to is told by the node that uses it, {@code
 * /encoder/layer.0/attention/self/query/MatMul}. Such a weight is transposed back while it is read,
 * into a buffer of its own, and not kept. Tensors of other types (the buffer {@code
 * embeddings.position_ids}) are no weights and are left out.
 */
public final class OnnxBertCheckpoint implements CheckpointSource {
  private static final String MATMUL = "MatMul";

  private final OnnxModel model;
  private final Map<String, Weight> weights = new TreeMap<>();

  /**
   * Where a weight comes from.
   *
   * @param transposed whether the initializer is {@code [in, out]} and the weight {@code [out, in]}
   */
  private record Weight(TensorEntry entry, String initializer, boolean transposed) {}

  private OnnxBertCheckpoint(OnnxModel model) {
    this.model = model;
  }

  /**
   * Finds the weights of a BERT in an ONNX model.
   *
   * @throws InvalidInputException if the model has no {@code embeddings.word_embeddings.weight}, or
   *     two of its tensors are the same weight
   */
  public static OnnxBertCheckpoint of(OnnxModel model) {
    OnnxBertCheckpoint checkpoint = new OnnxBertCheckpoint(model);
    model.nodes().forEach(checkpoint::addLinearWeight);
    model.names().forEach(checkpoint::addNamedWeight);
    String first = "embeddings.word_embeddings.weight";
    if (!checkpoint.weights.containsKey(first)) {
      throw new InvalidInputException(
          model.source() + ": expected a BERT with the initializer '" + first + "', found none");
    }
    return checkpoint;
  }

  private void addLinearWeight(OnnxNode node) {
    if (!node.operator().equals(MATMUL)
        || node.inputs().size() != 2
        || !node.name().endsWith("/" + MATMUL)) {
      return;
    }
    String initializer = node.inputs().get(1);
    // The products inside attention multiply two activations.
    if (!model.names().contains(initializer)) {
      return;
    }
    TensorEntry stored = model.entry(initializer);
    long[] shape = stored.shape();
    if (stored.type() != ElementType.F32 || shape.length != 2) {
      throw new InvalidInputException(
          model.source()
              + ": node '"
              + node.name()
              + "': expected a weight F32[in, out], found "
              + stored);
    }
    String path = node.name().substring(0, node.name().length() - MATMUL.length() - 1);
    String module = (path.startsWith("/") ? path.substring(1) : path).replace('/', '.');
    TensorEntry entry = TensorEntry.of(module + ".weight", ElementType.F32, shape[1], shape[0]);
    add(new Weight(entry, initializer, true));
  }

  private void addNamedWeight(String initializer) {
    TensorEntry stored = model.entry(initializer);
    boolean parameter = !initializer.contains("::") && !initializer.contains("/");
    if (parameter && stored.type() == ElementType.F32) {
      add(new Weight(stored, initializer, false));
    }
  }

  private void add(Weight weight) {
    Weight other = weights.put(weight.entry().name(), weight);
    if (other != null) {
      throw new InvalidInputException(
          model.source()
              + ": expected one initializer for "
              + weight.entry().name()
              + ", found '"
              + other.initializer()
              + "' and '"
              + weight.initializer()
              + "'");
    }
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(weights.keySet());
  }

  @Override
  public TensorEntry entry(String name) {
    return weight(name).entry();
  }

  /** {@inheritDoc} Transposed weights come in a buffer of their own, all others are slices. */
  @Override
  public ByteBuffer read(String name, long offset, int length) {
    Weight weight = weight(name);
    if (!weight.transposed()) {
      return model.read(weight.initializer(), offset, length);
    }
    Parts.check(weight.entry(), offset, length);
    ByteBuffer stored = model.read(weight.initializer());
    int outputs = (int) weight.entry().shape()[0];
    int inputs = (int) weight.entry().shape()[1];
    ByteBuffer part = ByteBuffer.allocateDirect(length).order(ByteOrder.LITTLE_ENDIAN);
    int first = (int) (offset / Float.BYTES);
    for (int i = 0; i < length / Float.BYTES; i++) {
      int output = (first + i) / inputs;
      int input = (first + i) % inputs;
      part.putInt(stored.getInt((input * outputs + output) * Float.BYTES));
    }
    return part.flip().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public Map<String, String> metadata() {
    return Map.of();
  }

  @Override
  public void close() {
    model.close();
  }

  private Weight weight(String name) {
    Weight weight = weights.get(name);
    if (weight == null) {
      throw new InvalidInputException(
          model.source() + ": expected a weight '" + name + "', found none of that name");
    }
    return weight;
  }
}

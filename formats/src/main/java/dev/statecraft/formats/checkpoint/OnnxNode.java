package dev.statecraft.formats.checkpoint;

import java.util.List;

/**
 * An operation of an ONNX graph.
 *
 * @param name name of the node, for example {@code /encoder/layer.0/output/dense/MatMul}; may be
 *     empty
 * @param operator its {@code op_type}
 * @param inputs names of the values it takes, initializers among them
 */
record OnnxNode(String name, String operator, List<String> inputs) {
  /** Copies. */
  public OnnxNode {
    inputs = List.copyOf(inputs);
  }
}

package dev.statecraft.formats.checkpoint;

import java.nio.ByteBuffer;

/**
 * A constant tensor of an ONNX graph.
 *
 * @param data its bytes, row-major and little-endian: a slice of the model's buffer where the file
 *     has them in one piece
 */
record OnnxInitializer(TensorEntry entry, ByteBuffer data) {}

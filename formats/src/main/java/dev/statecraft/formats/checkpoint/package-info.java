/**
 * Named tensors in files, without a tensor library: everything here is bytes and shapes.
 *
 * <p>A {@link dev.statecraft.formats.checkpoint.CheckpointSource} lists named tensors and gives
 * their little-endian bytes on demand. {@link dev.statecraft.formats.checkpoint.SafetensorsFile}
 * memory-maps one safetensors file, {@link dev.statecraft.formats.checkpoint.ShardedCheckpoint}
 * joins several with the index that Hugging Face writes, and {@link
 * dev.statecraft.formats.checkpoint.CheckpointFolder#open} picks between the two. {@link
 * dev.statecraft.formats.checkpoint.OnnxModel} reads the initializers of an ONNX graph and {@link
 * dev.statecraft.formats.checkpoint.OnnxBertCheckpoint} shows those of an exported BERT under the
 * names that the Hugging Face model has. {@link dev.statecraft.formats.checkpoint.PackedCheckpoint}
 * shows matrices of 4 bits as floats, {@link dev.statecraft.formats.checkpoint.StackedRows} tensors
 * cut or joined along their rows. {@link dev.statecraft.formats.checkpoint.SafetensorsWriter} is
 * the way out, and {@link dev.statecraft.formats.checkpoint.NewFolder} a folder that appears whole
 * or not at all.
 */
package dev.statecraft.formats.checkpoint;

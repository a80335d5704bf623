/**
 * What tensors lie in, counted. {@link dev.statecraft.tensor.memory.SessionMemory} has the counts
 * of one session: live bytes, their peak, a limit. A {@link dev.statecraft.tensor.memory.Block} is
 * the storage behind one or more handles and is held for one {@link
 * dev.statecraft.tensor.memory.MemoryCategory}; a {@link
 * dev.statecraft.tensor.memory.MemorySnapshot} is the split at one moment. On the CPU, larger
 * blocks lie in the session's {@code MemoryPool}. What cannot be had is an {@link
 * dev.statecraft.tensor.memory.OutOfMemoryException}. Nothing here knows libtorch.
 */
package dev.statecraft.tensor.memory;

/**
 * Threads: {@link dev.statecraft.tensor.thread.ThreadCount} says how many kernels compute with,
 * {@link dev.statecraft.tensor.thread.Workers} are a session's own, which kernels share rows or
 * whole products among, {@link dev.statecraft.tensor.thread.BlasThreads} tells OpenBLAS.
 */
package dev.statecraft.tensor.thread;

/**
 * Benchmarks of kernels with JMH, at the sizes of a step of SmolLM2-135M with 4 x 256 tokens. A
 * whole step is measured by the command {@code bench}; these tell which kernel has become slower.
 * {@code bench/run} runs them; its arguments are JMH's, such as {@code bench/run AdamW -f 3}.
 */
package dev.statecraft.bench;

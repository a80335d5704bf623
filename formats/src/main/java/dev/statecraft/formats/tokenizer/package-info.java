/**
 * Text to token ids and back.
 *
 * <p>{@link dev.statecraft.formats.tokenizer.Tokenizer} loads a {@code tokenizer.json} into the
 * library that Hugging Face's own tokenizers are ({@code ai.djl.huggingface:tokenizers} wraps it);
 * {@link dev.statecraft.formats.tokenizer.StreamingDecoder} turns ids into text while they are
 * still being generated.
 *
 * <p>A folder's other files have a say: {@code TokenizerSettings} reads them, and {@code
 * TokenizerAssembly} writes the {@code tokenizer.json} that all of them mean, as transformers'
 * {@code AutoTokenizer} would make a tokenizer of them. Whatever comes of it is looked through by
 * {@code TokenizerCheck}; what {@code PlainTokenizers} does not know to be harmless is tried by
 * {@code TrialRun} in a child process, where {@code TokenizerTrial} gives it hard texts.
 *
 * <p>The library is native. It is unpacked from its jar on first use, into {@code ~/.djl.ai} or the
 * folder that the environment variable {@code DJL_CACHE_DIR} names. Left to itself it would report
 * its use over the network and look for a build for the machine's GPU to download; loading a
 * tokenizer sets the system property {@code ai.djl.offline}, unless it or {@code DJL_OFFLINE} is
 * set, and then it does neither.
 */
package dev.statecraft.formats.tokenizer;

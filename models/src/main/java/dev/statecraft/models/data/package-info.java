/**
 * From local dataset files to training examples, without tensors.
 *
 * <p>A short tour, in the order in which data flows:
 *
 * <ol>
 *   <li>{@link dev.statecraft.models.data.DataReader} reads a JSON, JSONL, CSV or TSV file ({@link
 *       dev.statecraft.models.data.DataFormat}) into {@link dev.statecraft.models.data.Row}s, each
 *       of which knows where it came from, one at a time or all at once. {@code FileContent} names
 *       what is something else.
 *   <li>Instruction tuning: {@link dev.statecraft.models.data.InstructionFormat} renders a row as
 *       {@link dev.statecraft.models.data.Segment}s, {@link
 *       dev.statecraft.models.data.SegmentEncoder} turns these into {@link
 *       dev.statecraft.models.data.LabelledTokens}, and {@link
 *       dev.statecraft.models.data.LabelledSet} does so for a whole file and accounts for every
 *       example that it had to leave out. Rows of messages become a {@link
 *       dev.statecraft.models.data.Conversation}, which {@code models.chat} writes with the model's
 *       template.
 *   <li>Classification and regression: {@link dev.statecraft.models.data.TextColumns} picks the
 *       columns of a {@link dev.statecraft.models.data.TextExample}; {@link
 *       dev.statecraft.models.data.LabelVocabulary} numbers the labels.
 *   <li>What was encoded is kept in an {@link dev.statecraft.models.data.ExampleStore}, which may
 *       be larger than the heap; {@link dev.statecraft.models.data.ParallelEncoding} fills it while
 *       a file is read, and {@link dev.statecraft.models.data.RowSelection} draws the rows of files
 *       that are not in memory.
 *   <li>{@link dev.statecraft.models.data.DatasetSplit} and {@link
 *       dev.statecraft.models.data.Subset} divide and limit a dataset; {@link
 *       dev.statecraft.models.data.BatchSampler} chooses each step's examples, epoch by epoch, and
 *       {@link dev.statecraft.models.data.Packing} splits them into micro-batches. All randomness
 *       comes from {@link dev.statecraft.models.data.Permutation}, so equal seeds give equal data.
 * </ol>
 */
package dev.statecraft.models.data;

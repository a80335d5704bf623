/**
 * From local dataset files to training examples, without tensors.
 *
 * <p>A short tour, in the order in which data flows:
 *
 * <ol>
 *   <li>{@link dev.statecraft.data.DataReader} reads a JSON, JSONL, CSV or TSV file ({@link
 *       dev.statecraft.data.DataFormat}) into {@link dev.statecraft.data.Row}s, each of which knows
 *       where it came from, one at a time or all at once. {@code FileContent} names what is
 *       something else.
 *   <li>Instruction tuning: {@link dev.statecraft.data.InstructionFormat} renders a row as {@link
 *       dev.statecraft.data.Segment}s, {@link dev.statecraft.data.SegmentEncoder} turns these into
 *       {@link dev.statecraft.data.LabelledTokens}, and {@link dev.statecraft.data.LabelledSet}
 *       does so for a whole file and accounts for every example that it had to leave out. Rows of
 *       messages become a {@link dev.statecraft.data.Conversation}, which {@code models.chat}
 *       writes with the model's template.
 *   <li>Classification and regression: {@link dev.statecraft.data.TextColumns} picks the columns of
 *       a {@link dev.statecraft.data.TextExample}; {@link dev.statecraft.data.LabelVocabulary}
 *       numbers the labels.
 *   <li>What was encoded is kept in an {@link dev.statecraft.data.ExampleStore}, which may be
 *       larger than the heap; {@link dev.statecraft.data.ParallelEncoding} fills it while a file is
 *       read, and {@link dev.statecraft.data.RowSelection} draws the rows of files that are not in
 *       memory.
 *   <li>{@link dev.statecraft.data.DatasetSplit} and {@link dev.statecraft.data.Subset} divide and
 *       limit a dataset; {@link dev.statecraft.data.BatchSampler} chooses each step's examples,
 *       epoch by epoch, and {@link dev.statecraft.data.Packing} splits them into micro-batches. All
 *       randomness comes from {@link dev.statecraft.data.Permutation}, so equal seeds give equal
 *       data.
 * </ol>
 */
package dev.statecraft.data;

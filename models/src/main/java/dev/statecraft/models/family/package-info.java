/**
 * Model families: how a configuration becomes a graph of states.
 *
 * <p>A tour. {@link dev.statecraft.models.family.ModelFamily} is what tunings, tasks and commands
 * see: the graph, and the family's habits (default LoRA targets, how control starts, how PEFT names
 * its modules). {@link dev.statecraft.models.family.Llama}, {@link
 * dev.statecraft.models.family.Encoder} (BERT and RoBERTa) and {@link
 * dev.statecraft.models.family.Vit} build the graphs; parameter names are those of Hugging Face
 * checkpoints. {@link dev.statecraft.models.family.TokenBatches} and {@link
 * dev.statecraft.models.family.ImageBatches} lay data out as the graphs' inputs. {@link
 * dev.statecraft.models.family.CheckpointWeights} reads the weights.
 */
package dev.statecraft.models.family;

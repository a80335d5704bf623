/**
 * Control: how a graph is tuned.
 *
 * <p>A tour. A {@link dev.statecraft.core.control.ControlFunction} is the paper's g(x_u; theta):
 * the op that adds it to x_v and the parameters it trains ({@link
 * dev.statecraft.core.control.LowRank}, {@link dev.statecraft.core.control.Bottleneck}, {@link
 * dev.statecraft.core.control.Gated}, {@link dev.statecraft.core.control.Affine}, {@link
 * dev.statecraft.core.control.Patch}, {@link dev.statecraft.core.control.Reft}, {@link
 * dev.statecraft.core.control.UserFunction}). A {@link dev.statecraft.core.control.Tuning} is a
 * function from graph to graph: {@link dev.statecraft.core.control.StateTuning} puts control edges
 * between states (around a block, by its {@link dev.statecraft.core.control.BlockName}), {@link
 * dev.statecraft.core.control.Lora} is the choice of endpoints that is LoRA, {@link
 * dev.statecraft.core.control.Dora} reparametrizes linears, {@link
 * dev.statecraft.core.control.Vera} trains vectors between shared random matrices, {@link
 * dev.statecraft.core.control.AdaLora} lets the ranks of linears fall within one {@link
 * dev.statecraft.core.control.RankBudget}, {@link dev.statecraft.core.control.QaLora} has updates
 * that zero points can hold, {@link dev.statecraft.core.control.FullTuning} trains the weights
 * themselves, {@link dev.statecraft.core.control.NormTuning} those of norms, {@link
 * dev.statecraft.core.control.HeadTuning} only the task's head.
 */
package dev.statecraft.core.control;

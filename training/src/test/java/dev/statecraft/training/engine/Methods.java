package dev.statecraft.training.engine;

import dev.statecraft.core.control.AdaLora;
import dev.statecraft.core.control.Affine;
import dev.statecraft.core.control.BitFit;
import dev.statecraft.core.control.BlockName;
import dev.statecraft.core.control.Bottleneck;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.ControlFunction;
import dev.statecraft.core.control.CopyTuning;
import dev.statecraft.core.control.Dora;
import dev.statecraft.core.control.Gated;
import dev.statecraft.core.control.Ia3;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.Lora;
import dev.statecraft.core.control.LoraStart;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.NormTuning;
import dev.statecraft.core.control.Patch;
import dev.statecraft.core.control.Positions;
import dev.statecraft.core.control.QaLora;
import dev.statecraft.core.control.RankBudget;
import dev.statecraft.core.control.Reft;
import dev.statecraft.core.control.Routed;
import dev.statecraft.core.control.SharedLowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.TableReaders;
import dev.statecraft.core.control.TokenTuning;
import dev.statecraft.core.control.Tuning;
import dev.statecraft.core.control.Vera;
import dev.statecraft.core.op.Activation;
import dev.statecraft.core.op.Embedding;
import dev.statecraft.models.family.InputNames;
import dev.statecraft.models.family.ScaledTargets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Every method of tuning, for a family. */
final class Methods {
  static final int RANK = 3;
  static final double ALPHA = 6;

  private Methods() {}

  /** Methods by name, with this dropout where they have one. */
  static Map<String, Tuning> of(TinyModel model, double dropout) {
    LowRank control =
        new LowRank(
            RANK,
            0.5,
            model.family().backbone().controlBias(),
            dropout,
            model.family().backbone().controlInit());
    LayerSelection all = LayerSelection.ALL;
    List<String> targets = model.family().backbone().defaultTargets();
    Tuning lora = new Lora(RANK, ALPHA, dropout, targets, all);
    Map<String, Tuning> methods = new LinkedHashMap<>();
    methods.put("lora", lora);
    methods.put("lora with biases", new Lora(RANK, ALPHA, dropout, true, targets, all));
    table(model)
        .ifPresent(
            table ->
                methods.put(
                    "tokens and lora",
                    Tuning.all(
                        List.of(
                            new TokenTuning(table, "tokens", List.of(10, 3, 5), TableReaders.ALL),
                            lora))));
    model
        .family()
        .config()
        .tied()
        .ifPresent(
            tied ->
                methods.put(
                    "two tables of one",
                    Tuning.all(
                        List.of(
                            new CopyTuning(tied.embedding(), "read", TableReaders.EMBEDDINGS),
                            new CopyTuning(tied.embedding(), "scored", TableReaders.SCORES)))));
    methods.put("dora", new Dora(RANK, ALPHA, dropout, targets, all));
    methods.put("pissa", new Lora(RANK, ALPHA, dropout, false, targets, all, LoraStart.PISSA));
    methods.put("olora dora", new Dora(RANK, ALPHA, dropout, targets, all, LoraStart.OLORA));
    methods.put("vera", new Vera(RANK, 0.1, dropout, 0, targets, all));
    methods.put("adalora", adaLora(targets, dropout));
    // Two groups of a tiny model's 32 features, the second of which is shorter.
    methods.put("qa-lora", new QaLora(RANK, ALPHA, dropout, 20, targets, all));
    methods.put("control", StateTuning.control(control, all));
    methods.put("double-control", StateTuning.doubleControl(control, all));
    methods.put("control+lora", Tuning.all(List.of(StateTuning.control(control, all), lora)));
    methods.put("adapter", StateTuning.adapter(new Bottleneck(RANK, 1), all));
    methods.put(
        "vera edges", StateTuning.doubleControl(new SharedLowRank(RANK, 1, dropout, 0), all));
    methods.put(
        "adapter with norms",
        Tuning.all(
            List.of(
                StateTuning.adapter(new Bottleneck(RANK, 1, Activation.Kind.SILU), all),
                new NormTuning(all))));
    methods.put("gated control", StateTuning.control(new Gated(RANK, 0.5, 2, control.init()), all));
    methods.put("routed", StateTuning.doubleControl(new Routed(2, control), all));
    methods.put(
        "affine double-control",
        StateTuning.doubleControl(new Affine(RANK, 0.5, 2, control.init()), all));
    ScaledTargets scaled = model.family().backbone().scaledTargets();
    methods.put("ia3", new Ia3(scaled.targets(), scaled.feedForward(), all));
    methods.put("ia3 of shared inputs", new Ia3(targets, targets, all));
    methods.put("bitfit", new BitFit(List.of(), all));
    methods.put("patch-control", StateTuning.control(patch(model, 0.5), all));
    methods.put("loreft", edges(reft(Reft.Variant.LOREFT, "first 2, last 3")));
    methods.put("direft", edges(reft(Reft.Variant.DIREFT, "all")));
    methods.put("full-block control", edges(ControlEdge.around(BlockName.FULL, control)));
    methods.put(
        "free edges",
        edges(
            // In series on a fused linear, and from a projection to another one.
            ControlEdge.between("layers.0.q", "layers.0.q", control),
            ControlEdge.between("layers.0.attention", "layers.1.v", control),
            ControlEdge.between("layers.0.middle", "layers.2.mlp_output", control)));
    methods.put(
        "cross-layer control",
        edges(
            ControlEdge.between("embeddings", "layers.1.output", control),
            ControlEdge.between("layers.0.output", "layers.2.middle", control)));
    return methods;
  }

  /** The table that ids of tokens are looked up in, if the model reads such. */
  private static Optional<String> table(TinyModel model) {
    return model.family().graph().edges().stream()
        .filter(edge -> edge.op() instanceof Embedding)
        .filter(edge -> edge.inputs().get(0).name().equals(InputNames.TOKEN_IDS))
        .map(edge -> edge.parameters().get(0).name())
        .findFirst();
  }

  /**
   * Whether a freshly tuned model computes as its base does, bit for bit. A linear that reads a
   * state of its own is not computed in one product with its neighbours, nor are scores of tokens
   * by rows of their own in that with all others; a weight that is held less what its update starts
   * at is the sum of both only to rounding.
   */
  static boolean startsToTheBit(String method) {
    return !List.of("dora", "pissa", "olora dora", "ia3 of shared inputs", "tokens and lora")
        .contains(method);
  }

  /** The name of every tiny model with that of every method. */
  static Stream<Arguments> ofAllModels() {
    return TinyModel.NAMES.stream()
        .flatMap(
            name ->
                of(TinyModel.of(name), 0).keySet().stream()
                    .map(method -> Arguments.of(name, method)));
  }

  /**
   * The same, but on all but the first networks only those methods that add to linears, to their
   * norms, and beside them: for what takes long.
   */
  static Stream<Arguments> ofFewer() {
    return ofAllModels()
        .filter(
            arguments ->
                TinyModel.FIRST.contains((String) arguments.get()[0])
                    || List.of("lora", "dora", "double-control").contains(arguments.get()[1]));
  }

  /** AdaLoRA in a run of 9 steps: ranks fall after the third to the eighth, and stay. */
  static Tuning adaLora(List<String> targets, double dropout) {
    RankBudget budget = new RankBudget(1, 1, 2, 1, 9, 0.85, 0.85);
    return new AdaLora(RANK, ALPHA, dropout, 0.5, budget, targets, LayerSelection.ALL, Map.of());
  }

  static Tuning edges(ControlEdge... edges) {
    return new StateTuning(List.of(edges), LayerSelection.ALL);
  }

  static ControlEdge reft(Reft.Variant variant, String positions) {
    Reft function = new Reft(variant, RANK, 0.5, Positions.parse(positions));
    return new ControlEdge("output", "output", "output", function);
  }

  static ControlFunction patch(TinyModel model, double scale) {
    return new Patch(RANK, scale, model.family().backbone().controlInit());
  }

  static ControlFunction lowRank(TinyModel model, double scale) {
    return new LowRank(RANK, scale, false, 0, model.family().backbone().controlInit());
  }
}

package dev.statecraft.studio.engine;

import dev.statecraft.adapters.AdapterDescription;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.base.AtomicFile;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.base.Json;
import dev.statecraft.base.UsageException;
import dev.statecraft.control.theory.Matrix;
import dev.statecraft.core.control.ControlEdge;
import dev.statecraft.core.control.LayerSelection;
import dev.statecraft.core.control.LowRank;
import dev.statecraft.core.control.StateTuning;
import dev.statecraft.core.control.steer.StateJacobian;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.graph.Initializer;
import dev.statecraft.core.graph.Layer;
import dev.statecraft.core.graph.Parameter;
import dev.statecraft.core.run.WeightSource;
import dev.statecraft.formats.checkpoint.NewFolder;
import dev.statecraft.formats.hub.HubId;
import dev.statecraft.models.family.TokenBatches;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.steer.Contrast;
import dev.statecraft.studio.steer.SteerOutcome;
import dev.statecraft.studio.steer.SteerRequest;
import dev.statecraft.studio.steer.SteeringDesign;
import dev.statecraft.studio.steer.SteeringEdge;
import dev.statecraft.tensor.DType;
import dev.statecraft.tensor.Tensor;
import dev.statecraft.tensor.Torch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Steers a causal language model by feedback along its layers: {@link SteeringDesign} has the law,
 * this what it is made of. Writes an adapter's folder, and {@value #OUTCOME} beside its files.
 */
final class Steering {
  /** What came of it, in the adapter's folder. */
  static final String OUTCOME = "steering.json";

  /** What the method of such an adapter is called in its file. */
  private static final String METHOD = "steer";

  /** Copies of a text that are probed at once have so many tokens together. */
  private static final int PROBED_TOKENS = 1024;

  private static final int STEPS_TOLD = 10;

  private final SteerRequest request;
  private final Inputs inputs;
  private final Sessions sessions;
  private final Consumer<String> listener;

  Steering(SteerRequest request, Inputs inputs, Sessions sessions, Consumer<String> listener) {
    this.request = request;
    this.inputs = inputs;
    this.sessions = sessions;
    this.listener = listener;
  }

  SteerOutcome run() throws IOException {
    try (PretrainedModel model = inputs.open(request.model())) {
      TaskModel family = model.causalLm();
      Graph graph = family.graph();
      model.notes().forEach(listener);
      Set<Integer> layers = chosen(graph.layers());
      SteeringDesign.requireRoom(
          graph.layers().size(),
          graph.state(graph.layers().get(0).output()).shape().features(),
          Runtime.getRuntime().maxMemory());
      SteeringTexts reader = new SteeringTexts(model, request.chat());
      List<int[]> positive = reader.read(request.positive());
      List<int[]> negative = reader.read(request.negative());
      Optional<Path> base = inputs.folder(request.model());
      if (base.isPresent()) {
        NewFolder.requireApart(request.to(), base.get());
      }
      try (NewFolder folder =
              NewFolder.beside(
                  request.to(), request.replace(), List.of(OUTCOME), "what steer made");
          Torch torch = sessions.open(request.device())) {
        SteerOutcome outcome =
            new Work(model, family, torch, layers, positive, negative).into(folder.path());
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("model", request.model());
        map.put("positive", request.positive().toString());
        map.put("negative", request.negative().toString());
        map.put("chat", request.chat());
        map.put("settings", request.settings().toMap());
        map.putAll(outcome.toMap());
        AtomicFile.write(folder.path().resolve(OUTCOME), Json.pretty(map));
        folder.commit();
        return outcome;
      }
    }
  }

  /** The chosen layers but for the last, whose output enters no other. */
  private Set<Integer> chosen(List<Layer> all) {
    Set<Integer> chosen = new TreeSet<>();
    request.settings().layers().of(all).forEach(layer -> chosen.add(layer.index()));
    chosen.remove(all.size() - 1);
    if (chosen.isEmpty()) {
      throw new UsageException(
          "--layers: expected layers before the last, whose output enters no other, found '"
              + request.settings().layers()
              + "' of "
              + all.size());
    }
    return chosen;
  }

  /** One model with its texts, in one session. */
  private final class Work {
    private final PretrainedModel model;
    private final TaskModel family;
    private final Graph graph;
    private final WeightSource source;
    private final Torch torch;
    private final Set<Integer> layers;
    private final List<int[]> positive;
    private final List<int[]> negative;

    Work(
        PretrainedModel model,
        TaskModel family,
        Torch torch,
        Set<Integer> layers,
        List<int[]> positive,
        List<int[]> negative) {
      this.model = model;
      this.family = family;
      graph = family.graph();
      source = model.weights(graph);
      this.torch = torch;
      this.layers = layers;
      this.positive = positive;
      this.negative = negative;
    }

    SteerOutcome into(Path folder) throws IOException {
      listener.accept(
          "reading the states of "
              + positive.size()
              + " positive and "
              + negative.size()
              + " negative texts");
      List<int[]> probed = probed();
      List<Map<String, Tensor>> states = new ArrayList<>();
      Contrast contrast;
      List<Matrix> jacobians;
      try {
        try (LastTokens reader = new LastTokens(torch, graph, source)) {
          contrast = new Contrast(reader.means(positive), reader.means(negative));
          requireDifference(contrast);
          probed.forEach(text -> states.add(reader.outputs(text)));
        }
        jacobians = jacobians(probed, states);
      } finally {
        states.forEach(outputs -> outputs.values().forEach(Tensor::close));
      }
      listener.accept("computing the gains of " + jacobians.size() + " layers");
      SteeringDesign design = SteeringDesign.of(contrast, jacobians, layers, request.settings());
      save(folder, design.edges());
      listener.accept("reading the states again, with the edges");
      Contrast after = steered(folder);
      if (!after.isFinite()) {
        throw new UsageException(
            "--strength: expected edges with which all states are finite numbers, found that "
                + request.settings().strength()
                + " makes others");
      }
      return new SteerOutcome(
          SteerOutcome.layers(contrast, after, design),
          design.predicted(),
          List.of(positive.size(), negative.size()),
          probed.size() / 2,
          model.notes(),
          torch.peakBytes());
    }

    private void requireDifference(Contrast contrast) {
      contrast
          .flat()
          .ifPresent(
              layer -> {
                throw new InvalidInputException(
                    request.positive()
                        + " and "
                        + request.negative()
                        + ": expected texts whose ends differ on the average, found a difference of"
                        + " "
                        + contrast.size(layer)
                        + " at the output of layer "
                        + layer);
              });
    }

    /** The first texts of each side, of both as many. */
    private List<int[]> probed() {
      int count =
          Math.min(request.settings().jacobianTexts(), Math.min(positive.size(), negative.size()));
      List<int[]> texts = new ArrayList<>();
      for (List<int[]> side : List.of(positive, negative)) {
        texts.addAll(side.subList(0, count));
      }
      return texts;
    }

    private List<Matrix> jacobians(List<int[]> texts, List<Map<String, Tensor>> states) {
      List<Matrix> jacobians = new ArrayList<>();
      int steps = graph.layers().size() - 1;
      for (int layer = 0; layer < steps; layer++) {
        if (layer * STEPS_TOLD / steps != (layer - 1) * STEPS_TOLD / steps || layer == 0) {
          listener.accept(
              "layer " + layer + " of " + steps + ": Jacobians of " + texts.size() + " texts");
        }
        String from = graph.layers().get(layer).output();
        StateJacobian between =
            StateJacobian.of(graph, from, graph.layers().get(layer + 1).output());
        double[][] mean = null;
        for (int i = 0; i < texts.size(); i++) {
          int[] text = texts.get(i);
          mean =
              summed(
                  mean,
                  between.at(
                      torch,
                      source,
                      DType.FLOAT32,
                      states.get(i).get(from),
                      copies -> TokenBatches.ends(Collections.nCopies(copies, text)),
                      PROBED_TOKENS),
                  texts.size());
        }
        jacobians.add(Matrix.of(mean));
      }
      return jacobians;
    }

    private static double[][] summed(double[][] sum, double[][] more, int all) {
      double[][] total = sum == null ? new double[more.length][more[0].length] : sum;
      for (int i = 0; i < total.length; i++) {
        for (int j = 0; j < total[i].length; j++) {
          total[i][j] += more[i][j] / all;
        }
      }
      return total;
    }

    private void save(Path folder, Map<Integer, SteeringEdge> edges) throws IOException {
      LowRank function = new LowRank(1, 1, true, 0, Initializer.ZEROS);
      StateTuning tuning =
          new StateTuning(
              List.of(new ControlEdge("output", "output", METHOD, function)),
              LayerSelection.parse(
                  edges.keySet().stream().map(String::valueOf).collect(Collectors.joining(","))));
      Map<String, double[]> values = new LinkedHashMap<>();
      edges.forEach((layer, edge) -> add(values, "layers." + layer + "." + METHOD + ".", edge));
      AdapterFolder.save(
          folder,
          AdapterDescription.of(
              METHOD,
              HubId.model(request.model()).map(HubId::name).orElse(request.model()),
              List.of(tuning)),
          family,
          parameter -> tensor(parameter, values));
    }

    /** {@code B (A x + a) + b} with {@code A = v'}, {@code a = -c}, {@code B = -K v}, b = 0. */
    private static void add(Map<String, double[]> values, String prefix, SteeringEdge edge) {
      double[] b = edge.push().clone();
      for (int i = 0; i < b.length; i++) {
        b[i] = -b[i];
      }
      values.put(prefix + "A.weight", edge.direction());
      values.put(prefix + "A.bias", new double[] {-edge.setpoint()});
      values.put(prefix + "B.weight", b);
      values.put(prefix + "B.bias", new double[b.length]);
    }

    private Tensor tensor(Parameter parameter, Map<String, double[]> values) {
      return torch.of(DType.FLOAT32, values.get(parameter.name()), parameter.sizes());
    }

    private Contrast steered(Path folder) throws IOException {
      try (Tuned tuned = Tuned.of(model, family, Optional.of(folder), inputs.functions());
          LastTokens reader = new LastTokens(torch, tuned.graph(), tuned.source())) {
        return new Contrast(reader.means(positive), reader.means(negative));
      }
    }
  }
}

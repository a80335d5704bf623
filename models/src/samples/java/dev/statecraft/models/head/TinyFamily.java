package dev.statecraft.models.head;

import dev.statecraft.core.graph.Edge;
import dev.statecraft.core.graph.Graph;
import dev.statecraft.core.op.Attention;
import dev.statecraft.core.op.RmsNorm;
import dev.statecraft.models.family.ModelConfig;
import dev.statecraft.models.pretrained.Families;
import java.io.IOException;
import java.nio.file.Path;

/** The families of the reference vectors' tiny models, for the tests of all modules. */
public final class TinyFamily {
  private TinyFamily() {}

  /**
   * A model's family: a language model, or a classifier that reads the first token, with as many
   * outputs as the configuration has labels.
   */
  public static TaskModel read(Path folder) throws IOException {
    ModelConfig config = Families.read(folder.resolve("config.json"));
    // transformers leaves the labels out of the file where they are its default, two.
    return TaskModel.usual(
        config.backbone(), config.labels().isEmpty() ? 2 : config.labels().size());
  }

  /**
   * The graph in its type from end to end: LLaMA's norm and softmax do not round to float32 as
   * those of transformers, so that numbers can be held to float64's tolerances.
   */
  public static Graph exact(Graph graph) {
    return graph.edit().replaceAll(TinyFamily::exact).build();
  }

  private static Edge exact(Edge edge) {
    if (edge.op() instanceof RmsNorm norm) {
      return edge.withOp(
          new RmsNorm(norm.eps(), false, norm.fromOne(), norm.headDim()), edge.parameters());
    }
    if (edge.op() instanceof Attention a) {
      return edge.withOp(
          new Attention(a.edge(), a.heads(), a.keyValueHeads(), a.headDim(), a.rule(), false),
          edge.parameters());
    }
    return edge;
  }
}

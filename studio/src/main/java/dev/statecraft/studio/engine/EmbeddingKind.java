package dev.statecraft.studio.engine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.models.embedding.SentenceModules;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.run.RunDirectory;
import java.util.Optional;

/**
 * Vectors are given, of what leaves the backbone: no head has a part in them.
 *
 * @param name of the model, as the user gave it
 * @param modules the base's, with adapters too
 */
record EmbeddingKind(String name, PretrainedModel model, SentenceModules modules)
    implements AnswerKind {
  /**
   * Checks the model.
   *
   * @throws InvalidInputException if it reads no texts
   */
  EmbeddingKind {
    if (model.backbone().input().tokens().isEmpty()) {
      throw new InvalidInputException(
          model.name()
              + ": expected a model that reads texts, found "
              + model.config().modelType());
    }
  }

  @Override
  public Way untuned() {
    return of(model.usual());
  }

  /** {@inheritDoc} Its edges are attached where its head is, and then the head is left out. */
  @Override
  public Way tuned(AdapterPlace place, Adapter adapter) {
    AdapterSource source =
        new AdapterSource(
            place.folder(), Optional.of(name), place.owner().map(RunDirectory::recipe));
    return of(OpenAdapter.family(source, model, adapter));
  }

  private Way of(TaskModel family) {
    String last = family.lastState();
    return new Way(
        family,
        graph -> graph.upTo(last),
        (graph, weights) -> TextEmbedder.of(model, modules, graph, last, weights));
  }
}

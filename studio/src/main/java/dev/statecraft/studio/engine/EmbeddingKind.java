package dev.statecraft.studio.engine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.base.InvalidInputException;
import dev.statecraft.models.embedding.SentenceModules;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.run.RunDirectory;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Vectors are given, of what leaves the backbone: no head has a part in them.
 *
 * @param name of the model, as the user gave it
 * @param modules the base's, with adapters too that lie in a folder without any
 * @param notes is told of an adapter that comes with modules
 */
record EmbeddingKind(
    String name, PretrainedModel model, SentenceModules modules, Consumer<String> notes)
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
    return of(model.usual(), modules);
  }

  /**
   * {@inheritDoc} Its edges are attached where its head is, and then the head is left out; an
   * adapter without one does as well. Sentence-transformers saves its modules beside an adapter:
   * they are those that it was trained with.
   */
  @Override
  public Way tuned(AdapterPlace place, Adapter adapter) throws IOException {
    AdapterSource source =
        new AdapterSource(
            place.folder(), Optional.of(name), place.owner().map(RunDirectory::recipe));
    Optional<SentenceModules> own = SentenceModules.read(place.folder());
    if (own.isPresent()) {
      notes.accept(
          place.folder()
              + " has a "
              + SentenceModules.FILE
              + ": modules and prompts are the adapter's, not the base model's");
    }
    return of(OpenAdapter.family(source, model, adapter), own.orElse(modules));
  }

  private Way of(TaskModel family, SentenceModules around) {
    String last = family.lastState();
    return new Way(
        family,
        graph -> graph.upTo(last),
        true,
        (graph, weights) -> TextEmbedder.of(model, around, graph, last, weights));
  }
}

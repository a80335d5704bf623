package dev.statecraft.studio.engine;

import dev.statecraft.adapters.Adapter;
import dev.statecraft.models.pretrained.PretrainedModel;

/**
 * Texts are written.
 *
 * @param untunedForm how the prompts of the model without an adapter are written
 */
record WritingKind(PretrainedModel model, PromptForm untunedForm) implements AnswerKind {
  @Override
  public Way untuned() {
    return with(untunedForm);
  }

  /** {@inheritDoc} Prompts are written as those of its run were, if it is named by that. */
  @Override
  public Way tuned(AdapterPlace place, Adapter adapter) {
    return with(place.run().flatMap(run -> PromptForm.of(run.recipe())).orElse(PromptForm.AS_IS));
  }

  /** One whose prompts are written in a form. */
  Way with(PromptForm form) {
    return new Way(
        model.causalLm(), (graph, weights) -> new LanguageModel(model, form, graph, weights));
  }
}

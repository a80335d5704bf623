package dev.statecraft.cli.command;

import dev.statecraft.studio.engine.NamedAdapter;
import dev.statecraft.studio.engine.PromptForm;
import dev.statecraft.studio.engine.TunedModel;
import dev.statecraft.studio.run.RunDirectory;
import dev.statecraft.tensor.quant.Quantization;
import java.util.List;
import java.util.Optional;

/**
 * A model and the adapters that a user put on it.
 *
 * @param model its name, as the engine takes it
 * @param quantization of its frozen linears
 */
record ChosenModel(String model, Quantization quantization, List<NamedAdapter> adapters) {
  ChosenModel {
    adapters = List.copyOf(adapters);
  }

  /** Whether it is more than one model with at most one adapter. */
  boolean hasSeveral() {
    return adapters.size() > 1;
  }

  /** Without an adapter. */
  TunedModel untuned() {
    return new TunedModel(model, Optional.empty(), quantization);
  }

  /** With the only adapter, if it has one; a run's knows what its prompts were. */
  TunedModel alone() {
    if (adapters.isEmpty()) {
      return untuned();
    }
    NamedAdapter adapter = adapters.get(0);
    if (!RunDirectory.isAt(adapter.path())) {
      return new TunedModel(model, Optional.of(adapter.path()), quantization);
    }
    RunDirectory run = RunDirectory.open(adapter.path());
    return new TunedModel(
        model,
        Optional.of(run.adapter()),
        quantization,
        PromptForm.of(run.recipe()).orElse(PromptForm.AS_IS));
  }

  /** Whether the only adapter is called what it is called anyway. */
  boolean isAlone() {
    return adapters.isEmpty()
        || (adapters.size() == 1
            && NamedAdapter.of(adapters.get(0).path()).equals(adapters.get(0)));
  }
}

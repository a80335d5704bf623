package dev.statecraft.studio.engine;

import dev.statecraft.adapters.AdapterExport;
import dev.statecraft.adapters.AdapterFolder;
import dev.statecraft.adapters.AdapterFormat;
import dev.statecraft.adapters.merge.GenerationConfig;
import dev.statecraft.adapters.merge.Merge;
import dev.statecraft.adapters.merge.MergedModel;
import dev.statecraft.adapters.merge.ZeroPoints;
import dev.statecraft.adapters.verify.LogitsComparison;
import dev.statecraft.adapters.verify.PromptAgreement;
import dev.statecraft.core.run.Weights;
import dev.statecraft.formats.checkpoint.CheckpointSource;
import dev.statecraft.formats.checkpoint.ElementType;
import dev.statecraft.formats.checkpoint.NewFolder;
import dev.statecraft.models.family.CheckpointWeights;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.tensor.Device;
import dev.statecraft.tensor.Torch;
import dev.statecraft.tensor.quant.Quantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Adapters on their way out: exported, merged, and compared with what they were. */
record Leaving(Inputs inputs, Sessions sessions) {
  Exported export(ExportRequest request) throws IOException {
    try (OpenAdapter open = OpenAdapter.of(request.source(), inputs);
        Torch torch = sessions.open(Device.CPU);
        NewFolder folder = NewFolder.beside(request.to(), request.replace())) {
      requireApart(request.to(), request.source(), open);
      AdapterFormat format =
          request.format().orElseGet(() -> AdapterFormat.usual(open.adapter().description()));
      new AdapterExport(
              open.adapter(),
              open.family(),
              request.baseName(),
              CheckpointWeights.of(open.model().checkpoint()),
              torch)
          .write(folder.path(), format, name -> inCheckpoint(open.model(), name));
      Optional<Verification> verification =
          verified(open, request.source(), request.check(), folder.path(), request.to());
      folder.commit();
      return new Exported(format.label(), open.model().notes(), verification);
    }
  }

  private static boolean inCheckpoint(PretrainedModel model, String parameter) {
    return model.checkpoint().names().contains(parameter);
  }

  /** What is made must not take the place of what it is made of. */
  private static void requireApart(Path to, AdapterSource source, OpenAdapter open)
      throws IOException {
    NewFolder.requireApart(to, source.adapter());
    NewFolder.requireApart(to, Path.of(open.model().name()));
  }

  Exported merge(MergeRequest request) throws IOException {
    try (OpenAdapter open = OpenAdapter.of(request.source(), inputs);
        Torch torch = sessions.open(request.device())) {
      requireApart(request.to(), request.source(), open);
      Optional<ZeroPoints> zeroPoints =
          ZeroPointBase.of(open.adapter(), request.source(), request.keepQuantized());
      Merge merge = Merge.of(open.adapter(), open.family(), open.model(), zeroPoints);
      try (NewFolder folder = NewFolder.beside(request.to(), request.replace())) {
        List<String> notes = new ArrayList<>(open.model().notes());
        notes.addAll(
            new MergedModel(
                    Models.files(open.model()),
                    open.model().checkpoint(),
                    merge,
                    request.dtype(),
                    open.labels(request.source()),
                    open.family())
                .write(folder.path(), torch));
        addEnds(open, request.source(), folder.path());
        Optional<Verification> verification =
            verified(open, request.source(), request.check(), folder.path(), request.to());
        folder.commit();
        return new Exported(open.adapter().description().method(), notes, verification);
      }
    }
  }

  /** A run's model learned to end its texts and turns; transformers must know with which tokens. */
  private static void addEnds(OpenAdapter open, AdapterSource source, Path written)
      throws IOException {
    if (source.recipe().isPresent() && open.family().writesTexts() && open.model().hasTokenizer()) {
      PromptForm trained = PromptForm.of(source.recipe().get()).orElse(PromptForm.AS_IS);
      GenerationConfig.addEnds(written, Models.specialTokens(open.model(), trained).endIds());
    }
  }

  /** Compares what was written, before it is moved, under the name that it will have. */
  private Optional<Verification> verified(
      OpenAdapter open, AdapterSource source, Optional<LogitsCheck> check, Path written, Path place)
      throws IOException {
    if (check.isEmpty()) {
      return Optional.empty();
    }
    Verification verification = verify(open, source, written, check.get());
    if (!verification.passed()) {
      throw new VerificationException(place + " (not written)", verification);
    }
    return Optional.of(verification);
  }

  Verification verify(AdapterSource source, Path against, LogitsCheck check) throws IOException {
    try (OpenAdapter open = OpenAdapter.of(source, inputs)) {
      return verify(open, source, against, check);
    }
  }

  private Verification verify(
      OpenAdapter open, AdapterSource source, Path against, LogitsCheck check) throws IOException {
    PretrainedModel model = open.model();
    OptionalInt bos =
        open.family().writesTexts() && model.hasTokenizer()
            ? Models.specialTokens(model).bosId()
            : OptionalInt.empty();
    try (Torch torch = sessions.open(check.device());
        LogitsComparison comparison =
            LogitsComparison.on(model, open.family(), check.prompts(), bos)) {
      if (Files.exists(against.resolve(AdapterFolder.CONFIG_FILE))) {
        expect(comparison, open, source, torch, check, Quantization.NONE);
        try (Tuned tuned =
                Tuned.of(model, open.family(), Optional.of(against), inputs.functions());
            Weights weights = tuned.weights(torch, check.dtype(), Quantization.NONE)) {
          return result(comparison.compare(tuned.graph(), weights), check, List.of());
        }
      }
      try (PretrainedModel other = PretrainedModel.open(against)) {
        expect(comparison, open, source, torch, check, ZeroPointBase.of(source, other));
        try (Tuned tuned =
                Tuned.of(other, open.familyOf(other), Optional.empty(), inputs.functions());
            Weights weights = tuned.weights(torch, check.dtype(), Quantization.NONE)) {
          return result(
              comparison.compare(tuned.graph(), weights), check, types(other.checkpoint()));
        }
      }
    }
  }

  /** Computes the adapter's logits, on the base as it is merged. */
  private void expect(
      LogitsComparison comparison,
      OpenAdapter open,
      AdapterSource source,
      Torch torch,
      LogitsCheck check,
      Quantization base)
      throws IOException {
    try (Tuned tuned =
            Tuned.of(
                open.model(), open.family(), Optional.of(source.adapter()), inputs.functions());
        Weights weights = tuned.weights(torch, check.dtype(), base)) {
      comparison.expect(tuned.graph(), weights);
    }
  }

  private static Verification result(
      List<PromptAgreement> prompts, LogitsCheck check, List<ElementType> types) {
    return new Verification(prompts, check.toleranceFor(types));
  }

  private static List<ElementType> types(CheckpointSource checkpoint) {
    return checkpoint.names().stream()
        .map(name -> checkpoint.entry(name).type())
        .distinct()
        .toList();
  }
}

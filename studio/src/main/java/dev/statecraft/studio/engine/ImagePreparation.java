package dev.statecraft.studio.engine;

import dev.statecraft.data.DataAccount;
import dev.statecraft.data.LabelVocabulary;
import dev.statecraft.data.RowSelection;
import dev.statecraft.data.image.Augmentation;
import dev.statecraft.data.image.ImageSet;
import dev.statecraft.data.image.LabelledImage;
import dev.statecraft.models.family.PixelInput;
import dev.statecraft.models.head.TaskModel;
import dev.statecraft.models.image.ImagePreprocessor;
import dev.statecraft.models.image.ImageProcessorConfig;
import dev.statecraft.models.pretrained.HeadMatch;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.DataRecipe;
import dev.statecraft.studio.recipe.ImageRecipe;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.studio.recipe.TaskRecipe;
import dev.statecraft.training.task.ExampleSet;
import dev.statecraft.training.task.ImageExamples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** A reading of an image recipe's files: what {@link Preparation} does for texts. */
record ImagePreparation(
    Recipe recipe,
    TaskRecipe.ImageClassification task,
    PretrainedModel model,
    ImagePreprocessor preprocessor,
    Inputs inputs,
    DataNotes notes) {

  static ImagePreparation of(
      Recipe recipe,
      TaskRecipe.ImageClassification task,
      PretrainedModel model,
      Inputs inputs,
      DataNotes notes) {
    return new ImagePreparation(recipe, task, model, preprocessor(model), inputs, notes);
  }

  /** The model with a head for the classes of a task whose labels are known. */
  static TaskModel family(TaskRecipe.ImageClassification task, PretrainedModel model) {
    return model.imageClassifier(
        task.labels()
            .orElseThrow(() -> new RecipeException("task.labels: expected the run's labels"))
            .size());
  }

  /**
   * How a model's folder says that pictures become what it reads.
   *
   * @throws dev.statecraft.base.InvalidInputException if the model is no image classifier, or its
   *     {@code preprocessor_config.json} cannot be used
   */
  static ImagePreprocessor preprocessor(PretrainedModel model) {
    PixelInput input = model.imageClassifier(2).input().pixels().orElseThrow();
    try {
      return new ImagePreprocessor(ImageProcessorConfig.read(Path.of(model.name()), input), input);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Preparation prepare(Preparation.Purpose purpose) {
    boolean forTraining = purpose.trains();
    DataRecipe data = recipe.data();
    Optional<List<LabelledImage>> heldOut = Optional.empty();
    List<LabelledImage> training = List.of();
    Optional<List<String>> labels = task.labels();
    boolean split = data.validation() instanceof DataRecipe.Split;
    if (forTraining || split || labels.isEmpty()) {
      List<ImageSet> sets = data.train().stream().map(this::read).toList();
      labels = labels.or(() -> Optional.of(labels(sets)));
      Selected selected = Selected.of(data, sets, recipe.train().seed());
      training = selected.training();
      heldOut = split ? Optional.of(selected.heldOut()) : Optional.empty();
    }
    if (data.validation() instanceof DataRecipe.HeldOut other) {
      heldOut = Optional.of(read(other.file()).images());
    }
    boolean keepsHead = true;
    if (!purpose.hasHead() || task.labels().isEmpty()) {
      List<String> found = labels.orElseThrow();
      HeadMatch head = model.head(model.imageClassifier(found.size()), found);
      labels = Optional.of(head.labels());
      keepsHead = head.kept();
      notes.note(head.note());
    }
    LabelVocabulary vocabulary = new LabelVocabulary(labels.orElseThrow());
    Augmentation augmentation =
        data.images().map(ImageRecipe::augmentation).orElse(Augmentation.NONE);
    Optional<ExampleSet> learned =
        forTraining
            ? Optional.of(examples(DataNotes.TRAINING, training, vocabulary, augmentation))
            : Optional.empty();
    Optional<ExampleSet> evaluated =
        heldOut.map(held -> examples(DataNotes.EVALUATION, held, vocabulary, Augmentation.NONE));
    return new Preparation(
        model.imageClassifier(vocabulary.size()),
        learned,
        evaluated,
        recipe.withLabels(vocabulary.labels()),
        keepsHead,
        notes.accounts());
  }

  /** The images of training files, divided as {@link RowSelection} says. */
  private record Selected(List<LabelledImage> training, List<LabelledImage> heldOut) {
    static Selected of(DataRecipe data, List<ImageSet> sets, long seed) {
      List<RowSelection.FileRows> files = new ArrayList<>();
      for (int i = 0; i < sets.size(); i++) {
        files.add(
            new RowSelection.FileRows(sets.get(i).images().size(), data.train().get(i).weight()));
      }
      RowSelection selection =
          RowSelection.of(
              files,
              Optional.of(classes(sets)),
              data.validation() instanceof DataRecipe.Split part
                  ? OptionalDouble.of(part.fraction())
                  : OptionalDouble.empty(),
              data.maxExamples().stream().mapToInt(Integer::intValue).findFirst(),
              seed);
      Selected selected = new Selected(new ArrayList<>(), new ArrayList<>());
      int index = 0;
      for (ImageSet set : sets) {
        for (LabelledImage image : set.images()) {
          if (selection.isHeldOut(index)) {
            selected.heldOut.add(image);
          }
          selected.training.addAll(Collections.nCopies(selection.uses(index), image));
          index++;
        }
      }
      return selected;
    }

    private static int[] classes(List<ImageSet> sets) {
      Map<String, Integer> classes = new HashMap<>();
      return sets.stream()
          .flatMap(set -> set.images().stream())
          .mapToInt(image -> classes.computeIfAbsent(image.label(), key -> classes.size()))
          .toArray();
    }
  }

  private ImageSet read(DataRecipe.DataFile file) {
    ImageRecipe images =
        recipe
            .data()
            .images()
            .orElseThrow(() -> new RecipeException("data.columns: expected those of images"));
    ImageSet set =
        ImageSet.read(
            inputs.path(file),
            images.columns(),
            images.options(),
            rows -> inputs.forEach(file, rows));
    set.notes().forEach(notes::note);
    return set;
  }

  private static List<String> labels(List<ImageSet> training) {
    // Names that the data lists itself are in its order, whether they all occur or not.
    return training.size() == 1 && training.get(0).labels().isPresent()
        ? training.get(0).labels().get()
        : LabelVocabulary.ofLabels(
                training.stream()
                    .flatMap(set -> set.images().stream())
                    .map(LabelledImage::label)
                    .toList())
            .labels();
  }

  private ExampleSet examples(
      String part,
      List<LabelledImage> images,
      LabelVocabulary vocabulary,
      Augmentation augmentation) {
    List<Integer> classes =
        images.stream().map(image -> vocabulary.index(image.label(), image.where())).toList();
    notes.read(
        part,
        new DataAccount(images.size(), vocabulary.counts(classes), Optional.empty(), Map.of()));
    return new ImageExamples(
        preprocessor,
        images.stream().map(LabelledImage::picture).toList(),
        classes,
        vocabulary.size(),
        augmentation,
        recipe.train().seed());
  }
}

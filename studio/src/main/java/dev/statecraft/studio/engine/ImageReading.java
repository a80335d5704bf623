package dev.statecraft.studio.engine;

import dev.statecraft.data.DataAccount;
import dev.statecraft.data.LabelVocabulary;
import dev.statecraft.data.RowSelection;
import dev.statecraft.data.image.Augmentation;
import dev.statecraft.data.image.ImageSet;
import dev.statecraft.data.image.LabelledImage;
import dev.statecraft.models.image.ImagePreprocessor;
import dev.statecraft.models.pretrained.HeadMatch;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.studio.recipe.DataRecipe;
import dev.statecraft.studio.recipe.ImageRecipe;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.training.task.ExampleSet;
import dev.statecraft.training.task.ImageClassTask;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** One reading of an image recipe's files. */
record ImageReading(
    Recipe recipe,
    PretrainedModel model,
    ImagePreprocessor preprocessor,
    Inputs inputs,
    DataNotes notes) {

  Preparation prepare(Preparation.Purpose purpose) {
    boolean forTraining = purpose.trains();
    DataRecipe data = recipe.data();
    Optional<List<LabelledImage>> heldOut = Optional.empty();
    List<LabelledImage> training = List.of();
    Optional<List<String>> known = recipe.task().labels();
    Optional<List<String>> labels = known;
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
    if (!purpose.hasHead() || known.isEmpty()) {
      List<String> found = labels.orElseThrow();
      HeadMatch head = model.head(new ImageClassTask(found).model(model), found);
      labels = Optional.of(head.labels());
      keepsHead = head.kept();
      notes.note(head.note());
    }
    ImageClassTask task = new ImageClassTask(labels.orElseThrow());
    Augmentation augmentation =
        data.images().map(ImageRecipe::augmentation).orElse(Augmentation.NONE);
    List<LabelledImage> learnedFrom = training;
    Optional<ExampleSet> learned =
        purpose.training(() -> examples(DataNotes.TRAINING, learnedFrom, task, augmentation));
    Optional<ExampleSet> evaluated =
        heldOut.map(held -> examples(DataNotes.EVALUATION, held, task, Augmentation.NONE));
    return new Preparation(
        task.model(model),
        learned,
        evaluated,
        recipe.withLabels(task.labels()),
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
      String part, List<LabelledImage> images, ImageClassTask task, Augmentation augmentation) {
    LabelVocabulary vocabulary = new LabelVocabulary(task.labels());
    List<Integer> classes =
        images.stream().map(image -> vocabulary.index(image.label(), image.where())).toList();
    notes.read(
        part,
        new DataAccount(images.size(), vocabulary.counts(classes), Optional.empty(), Map.of()));
    return task.examples(
        preprocessor,
        images.stream().map(LabelledImage::picture).toList(),
        classes,
        augmentation,
        recipe.train().seed());
  }
}

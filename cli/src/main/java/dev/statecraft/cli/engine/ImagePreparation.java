package dev.statecraft.cli.engine;

import dev.statecraft.cli.recipe.DataRecipe;
import dev.statecraft.cli.recipe.ImageRecipe;
import dev.statecraft.cli.recipe.Recipe;
import dev.statecraft.cli.recipe.RecipeException;
import dev.statecraft.cli.recipe.TaskRecipe;
import dev.statecraft.models.config.ImageProcessorConfig;
import dev.statecraft.models.config.VitConfig;
import dev.statecraft.models.data.DatasetSplit;
import dev.statecraft.models.data.LabelVocabulary;
import dev.statecraft.models.data.Subset;
import dev.statecraft.models.family.Vit;
import dev.statecraft.models.image.Augmentation;
import dev.statecraft.models.image.ImagePreprocessor;
import dev.statecraft.models.image.ImageSet;
import dev.statecraft.models.image.LabelledImage;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.models.task.ExampleSet;
import dev.statecraft.models.task.ImageExamples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A reading of an image recipe's files: what {@link Preparation} does for texts. */
record ImagePreparation(
    Recipe recipe,
    TaskRecipe.ImageClassification task,
    PretrainedModel model,
    ImagePreprocessor preprocessor,
    Consumer<String> notes) {

  static ImagePreparation of(
      Recipe recipe,
      TaskRecipe.ImageClassification task,
      PretrainedModel model,
      Consumer<String> notes) {
    return new ImagePreparation(recipe, task, model, preprocessor(model), notes);
  }

  /** The model with a head for the classes of a task whose labels are known. */
  static Vit family(TaskRecipe.ImageClassification task, PretrainedModel model) {
    return model.imageClassifier(
        task.labels()
            .orElseThrow(() -> new RecipeException("task.labels: expected the run's labels"))
            .size());
  }

  /**
   * How a model's folder says that pictures become what it reads.
   *
   * @throws dev.statecraft.models.InvalidInputException if the model is no image classifier, or its
   *     {@code preprocessor_config.json} cannot be used
   */
  static ImagePreprocessor preprocessor(PretrainedModel model) {
    VitConfig config = model.imageClassifier(2).config();
    try {
      return new ImagePreprocessor(
          ImageProcessorConfig.read(Path.of(model.name()), config), config);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Preparation prepare(boolean forTraining) {
    DataRecipe data = recipe.data();
    long seed = recipe.train().seed();
    Optional<List<LabelledImage>> heldOut = Optional.empty();
    if (data.validation() instanceof DataRecipe.HeldOut other) {
      heldOut = Optional.of(read(other.file()).images());
    }
    List<LabelledImage> images = List.of();
    Optional<List<String>> labels = task.labels();
    if (forTraining || heldOut.isEmpty() || labels.isEmpty()) {
      ImageSet all = read(data.train());
      images = all.images();
      labels = labels.or(() -> Optional.of(labels(all)));
    }
    if (data.validation() instanceof DataRecipe.Split split) {
      DatasetSplit<LabelledImage> parts = DatasetSplit.random(images, split.fraction(), seed);
      images = parts.train();
      heldOut = Optional.of(parts.heldOut());
    }
    LabelVocabulary vocabulary = new LabelVocabulary(labels.orElseThrow());
    Optional<ExampleSet> training = Optional.empty();
    if (forTraining) {
      if (data.maxExamples().isPresent()) {
        images = Subset.random(images, data.maxExamples().get(), seed);
      }
      Augmentation augmentation =
          data.images().map(ImageRecipe::augmentation).orElse(Augmentation.NONE);
      training = Optional.of(examples(images, vocabulary, augmentation));
    }
    return new Preparation(
        model.imageClassifier(vocabulary.size()),
        training,
        heldOut.map(held -> examples(held, vocabulary, Augmentation.NONE)),
        recipe.withLabels(vocabulary.labels()));
  }

  private ImageSet read(DataRecipe.DataFile file) {
    return ImageSet.read(
        file.path(),
        file.format(),
        recipe
            .data()
            .images()
            .orElseThrow(() -> new RecipeException("data.columns: expected those of images"))
            .columns());
  }

  /** The model's own, in its order, if they include the data's: its head then knows them. */
  private List<String> labels(ImageSet training) {
    List<String> found =
        training
            .labels()
            .orElseGet(
                () ->
                    LabelVocabulary.occurring(
                            training.images().stream().map(LabelledImage::label).toList())
                        .labels());
    List<String> own = preprocessor.model().labels();
    if (own.containsAll(found)) {
      notes.accept("the model's head has the data's labels and is kept as it is");
      return own;
    }
    return found;
  }

  private ExampleSet examples(
      List<LabelledImage> images, LabelVocabulary vocabulary, Augmentation augmentation) {
    return new ImageExamples(
        preprocessor,
        images.stream().map(LabelledImage::picture).toList(),
        images.stream().map(image -> vocabulary.index(image.label(), image.where())).toList(),
        vocabulary.size(),
        augmentation,
        recipe.train().seed());
  }
}

package dev.statecraft.studio.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.data.image.Augmentation;
import dev.statecraft.data.image.ImageColumns;
import dev.statecraft.data.image.ImageOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageRecipeTest {
  private static final String SHORT =
      """
      model: models/vit
      method: lora
      data: {train: photos}
      task: image-classification
      """;

  private static Recipe parse(String yaml, String... settings) {
    return Recipe.parse(yaml, "r.yaml", "r", List.of(settings), Path.of("base").toAbsolutePath());
  }

  @Test
  void defaultsAreFilledInAndWrittenOut() {
    Recipe recipe = parse(SHORT);
    assertThat(recipe.data().images())
        .contains(
            new ImageRecipe(
                new ImageColumns("image", Optional.empty(), 255, "label"),
                new ImageOptions(true, ImageOptions.OnError.ERROR),
                Augmentation.NONE));
    assertThat(recipe.task().metrics())
        .containsExactly(Metric.ACCURACY, Metric.MACRO_F1, Metric.LOSS);
    assertThat(recipe.toYaml()).contains("crop_padding: 0").doesNotContain("max_length");
    assertThat(parse(recipe.toYaml())).isEqualTo(recipe);
  }

  @Test
  void everyKeyIsRead() {
    Recipe recipe =
        parse(
            SHORT,
            "data.columns={pixels: px, pixel_max: 16, label: digit}",
            "data.augment={flip: true, crop_padding: 4}",
            "data.exif_orientation=false",
            "data.on_error=skip",
            "task={type: image-classification, labels: [a, b], metrics: [matthews]}");
    assertThat(recipe.data().images())
        .contains(
            new ImageRecipe(
                new ImageColumns("image", Optional.of("px"), 16, "digit"),
                new ImageOptions(false, ImageOptions.OnError.SKIP),
                new Augmentation(true, 4)));
    assertThat(parse(recipe.toYaml())).isEqualTo(recipe);
    TaskRecipe.ImageClassification task =
        (TaskRecipe.ImageClassification)
            parse(recipe.withLabels(List.of("x", "y")).toYaml()).task();
    assertThat(task.labels()).contains(List.of("x", "y"));
    assertThat(task.metrics()).containsExactly(Metric.MATTHEWS);
    Recipe paths = parse(SHORT, "data.columns.image=file_name");
    assertThat(parse(paths.toYaml())).isEqualTo(paths);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data.columns={pixels: p, image: i} | data.columns.image: expected either this or pixels",
        "data.columns={pixels: p, pixel_max: 0} | data.columns.pixel_max: expected a number above"
            + " 0",
        "data.columns.text=t | data.columns.text: unknown key",
        "data.max_length=8 | data.max_length: unknown key",
        "data.augment.flip=2 | data.augment.flip: expected true or false",
        "data.augment.crop_padding=-1 | data.augment.crop_padding: expected 0 or more",
        "data.augment.crop=1 | data.augment.crop: unknown key",
        "task={type: image-classification, metrics: [f1]} | task.metrics: expected some of",
        "task={type: image-classification, labels: [a]} | task.labels: expected at least two",
        "task={type: image-classification, pooling: cls} | task.pooling: unknown key",
        "task=images | task.type: expected causal-lm, classification, regression or image-classif"
      })
  void whatIsWrongIsNamed(String setting, String message) {
    assertThatThrownBy(() -> parse(SHORT, setting))
        .isInstanceOf(RecipeException.class)
        .hasMessageContaining("r.yaml: " + message);
  }
}

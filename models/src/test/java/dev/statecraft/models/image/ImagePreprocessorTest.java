package dev.statecraft.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.image.Picture;
import dev.statecraft.data.image.PictureSource;
import dev.statecraft.models.family.PixelInput;
import dev.statecraft.models.pretrained.Families;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImagePreprocessorTest {
  private static PixelInput model(int side, int channels) {
    return Families.parse(
            """
            {"model_type": "vit", "image_size": %d, "patch_size": 1, "num_channels": %d,
             "hidden_size": 8, "intermediate_size": 8, "num_hidden_layers": 1,
             "num_attention_heads": 2, "layer_norm_eps": 1e-12}
            """
                .formatted(side, channels),
            "config.json")
        .backbone()
        .input()
        .pixels()
        .orElseThrow();
  }

  private static float[] pixels(String json, PixelInput model, Picture... pictures) {
    ImagePreprocessor preprocessor =
        new ImagePreprocessor(ImageProcessorConfig.parse(json, "p.json", model), model);
    return preprocessor.pixels(
        List.of(pictures).stream().<PictureSource>map(picture -> () -> picture).toList());
  }

  /** A picture of one colour. */
  private static Picture plain(int width, int height, int... colour) {
    byte[] samples = new byte[width * height * colour.length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) colour[i % colour.length];
    }
    return new Picture(width, height, colour.length, samples);
  }

  @Test
  void withoutAFileValuesLieBetweenMinusOneAndOneInPlanes() {
    Picture picture = new Picture(2, 2, 3, new byte[] {0, -1, 51, 0, -1, 51, 0, -1, 51, 0, -1, 51});
    assertThat(pixels("{}", model(2, 3), picture))
        .containsExactly(
            new float[] {-1, -1, -1, -1, 1, 1, 1, 1, -0.6f, -0.6f, -0.6f, -0.6f}, within(1e-6f));
  }

  @Test
  void keysOfTheFileAreFollowed() {
    String json =
        """
        {"do_resize": true, "size": {"height": 1, "width": 1}, "resample": 4,
         "do_rescale": true, "rescale_factor": 0.5, "do_normalize": true,
         "image_mean": [1, 2, 3], "image_std": [2, 4, 8], "image_processor_type": "any"}
        """;
    Picture picture = new Picture(2, 1, 3, new byte[] {10, 20, 30, 20, 40, 60});
    assertThat(pixels(json, model(1, 3), picture))
        .containsExactly(new float[] {6.5f / 2, 13f / 4, 19.5f / 8}, within(1e-6f));
    assertThat(
            pixels(
                "{'do_rescale': false, 'do_normalize': false}".replace('\'', '"'),
                model(1, 3),
                plain(1, 1, 7, 8, 9)))
        .containsExactly(7, 8, 9);
  }

  @Test
  void greyIsReadByModelsOfThreeChannelsAndColourByThoseOfOne() {
    float[] three = pixels("{\"size\": 1}", model(1, 3), plain(4, 4, 255));
    assertThat(three).containsExactly(1, 1, 1);
    float[] one = pixels("{}", model(1, 1), plain(4, 4, 255, 0, 0));
    assertThat(one).containsExactly(new float[] {76 / 127.5f - 1}, within(1e-6f));
  }

  @Test
  void theShortestEdgeKeepsTheAspectAndTheMiddleIsCut() {
    String json =
        "{'size': {'shortest_edge': 2}, 'resample': 0, 'do_center_crop': true,"
            + " 'crop_size': 2, 'do_rescale': false, 'do_normalize': false}";
    // 2 x 6 pixels stay as they are; the middle of the long edge remains.
    Picture tall = new Picture(2, 6, 1, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    assertThat(pixels(json.replace('\'', '"'), model(2, 1), tall)).containsExactly(5, 6, 7, 8);
    // Too small a picture gets black around it, the odd row above and column before it.
    String small =
        "{'do_resize': false, 'do_center_crop': true, 'do_rescale': false, 'do_normalize': false}";
    assertThat(pixels(small.replace('\'', '"'), model(2, 1), new Picture(1, 1, 1, new byte[] {5})))
        .containsExactly(0, 0, 0, 5);
  }

  @Test
  void severalPicturesLieOneAfterTheOther() {
    float[] both = pixels("{}", model(1, 1), plain(2, 2, 0), plain(3, 3, 255));
    assertThat(both).containsExactly(-1, 1);
  }

  @Test
  void whatDoesNotFitTheModelIsAnError() {
    for (String[] wrong :
        new String[][] {
          {"{'size': 1000000000}", "p.json: size: expected a positive integer of up to 8192"},
          {"{'size': {'shortest_edge': 99999}}", "p.json: size.shortest_edge: expected a positive"},
          {"{'size': 3}", "p.json: size: expected the model's image_size, 2x2, found 3x3"},
          {
            "{'do_center_crop': true, 'crop_size': {'height': 2, 'width': 4}}",
            "p.json: crop_size: expected the model's image_size, 2x2, found 2x4"
          },
          {
            "{'image_mean': [1, 2]}",
            "p.json: image_mean: expected a number for each of the model's 1"
          },
          {"{'image_std': 0}", "p.json: image_std: expected a number above 0"},
          {"{'image_std': 'one'}", "p.json: image_std: expected a number or a list"},
          {"{'resample': 6}", "p.json: resample: expected a number of Pillow's filters, 0 to 5"},
          {"{'size': {'height': 2}}", "p.json: size.width: expected a positive integer"},
          {"{'size': {'shortest_edge': 2, 'longest_edge': 3}}", "p.json: size.longest_edge"},
          {"{'rescale_factor': 'x'}", "p.json: rescale_factor: expected a positive number"},
          {"{'do_resize': 1}", "p.json: do_resize: expected true or false"}
        }) {
      assertThatThrownBy(() -> pixels(wrong[0].replace('\'', '"'), model(2, 1), plain(2, 2, 1)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining(wrong[1]);
    }
    assertThatThrownBy(() -> pixels("{\"do_resize\": false}", model(2, 1), plain(2, 3, 1)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("p.json: the model reads images of 2x2, found a picture of 2x3");
  }

  @Test
  void aPictureThatWouldBecomeTooLargeIsAnErrorThatNamesIt() {
    String json = "{\"size\": {\"shortest_edge\": 8192}, \"do_center_crop\": true}";
    ImagePreprocessor preprocessor =
        new ImagePreprocessor(ImageProcessorConfig.parse(json, "p.json", model(2, 1)), model(2, 1));
    PictureSource line = () -> plain(100_000, 1, 5);
    assertThatThrownBy(() -> preprocessor.pixels(List.of(line.changed(picture -> picture))))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("a picture: expected a picture of up to 178956970 pixels")
        .hasMessageContaining("found one of 100000x1 that becomes 819200000x8192");
  }
}

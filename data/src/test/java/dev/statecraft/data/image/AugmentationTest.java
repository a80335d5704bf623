package dev.statecraft.data.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.statecraft.base.UsageException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AugmentationTest {
  private final Picture picture = ImageFiles.picture(6, 5, 3);

  private List<Integer> seen(Augmentation augmentation, long seed, int epoch, int example) {
    return Arrays.stream(ImageFiles.samples(augmentation.apply(picture, seed, epoch, example)))
        .boxed()
        .toList();
  }

  @Test
  void noneLeavesThePictureAsItIs() {
    assertThat(Augmentation.NONE.apply(picture, 1, 2, 3)).isSameAs(picture);
  }

  @Test
  void aViewDependsOnSeedEpochAndExampleAlone() {
    Augmentation augmentation = new Augmentation(true, 4);
    List<Integer> first = seen(augmentation, 7, 3, 11);
    assertThat(seen(augmentation, 7, 3, 11)).isEqualTo(first);
    Set<List<Integer>> views = new HashSet<>(List.of(first));
    views.add(seen(augmentation, 8, 3, 11));
    views.add(seen(augmentation, 7, 4, 11));
    views.add(seen(augmentation, 7, 3, 12));
    assertThat(views).hasSize(4);
  }

  @Test
  void halfOfThePicturesAreMirrored() {
    Augmentation flip = new Augmentation(true, 0);
    List<Integer> mirrored = Arrays.stream(ImageFiles.samples(picture.mirrored())).boxed().toList();
    List<Integer> plain = Arrays.stream(ImageFiles.samples(picture)).boxed().toList();
    long count =
        IntStream.range(0, 1000)
            .filter(
                example -> {
                  List<Integer> seen = seen(flip, 0, 0, example);
                  assertThat(seen).isIn(plain, mirrored);
                  return seen.equals(mirrored);
                })
            .count();
    // Six standard deviations.
    assertThat(count).isBetween(405L, 595L);
  }

  @Test
  void cropsShiftByUpToThePaddingInBothDirections() {
    Augmentation crop = new Augmentation(false, 1);
    Set<List<Integer>> views =
        IntStream.range(0, 500)
            .mapToObj(example -> seen(crop, 0, 0, example))
            .collect(Collectors.toSet());
    Set<List<Integer>> shifts = new HashSet<>();
    for (int left = -1; left <= 1; left++) {
      for (int top = -1; top <= 1; top++) {
        shifts.add(
            Arrays.stream(ImageFiles.samples(picture.window(left, top, 6, 5))).boxed().toList());
      }
    }
    assertThat(views).isEqualTo(shifts);
  }

  @Test
  void negativePaddingIsAnError() {
    assertThatThrownBy(() -> new Augmentation(false, -1))
        .isInstanceOf(UsageException.class)
        .hasMessage("crop_padding: expected 0 or more, found -1");
  }
}

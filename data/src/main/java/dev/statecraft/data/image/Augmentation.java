package dev.statecraft.data.image;

import dev.statecraft.base.UsageException;
import java.util.SplittableRandom;

/**
 * Random changes to training pictures that leave their class as it is.
 *
 * @param flip whether every second picture, by chance, is mirrored left to right
 * @param cropPadding pixels of black put around a picture, of which a window of the picture's size
 *     is then cut out at random; 0 for none. It counts pixels of the picture as it is in its file
 */
public record Augmentation(boolean flip, int cropPadding) {
  /** Pictures stay as they are. */
  public static final Augmentation NONE = new Augmentation(false, 0);

  /**
   * Checks the padding.
   *
   * @throws UsageException if the padding is negative
   */
  public Augmentation {
    if (cropPadding < 0) {
      throw new UsageException("crop_padding: expected 0 or more, found " + cropPadding);
    }
  }

  /**
   * The picture as an epoch of a run sees it: a function of the run's seed, the epoch and the
   * example alone.
   *
   * @param example index of the picture in the training data
   */
  public Picture apply(Picture picture, long seed, int epoch, int example) {
    if (equals(NONE)) {
      return picture;
    }
    // SplittableRandom hashes its state, so that neighbouring epochs and examples have unrelated
    // draws.
    long ofEpoch = new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch).nextLong();
    SplittableRandom random = new SplittableRandom(ofEpoch + example);
    Picture changed = picture;
    if (cropPadding > 0) {
      int left = random.nextInt(2 * cropPadding + 1) - cropPadding;
      int top = random.nextInt(2 * cropPadding + 1) - cropPadding;
      changed = picture.window(left, top, picture.width(), picture.height());
    }
    return flip && random.nextBoolean() ? changed.mirrored() : changed;
  }
}

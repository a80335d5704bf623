package dev.statecraft.data.image;

import java.util.function.UnaryOperator;

/** A picture that is changed whenever it is fetched. */
record ChangedPicture(PictureSource original, UnaryOperator<Picture> change)
    implements PictureSource {
  @Override
  public Picture fetch() {
    return change.apply(original.fetch());
  }

  @Override
  public void check() {
    original.check();
  }

  @Override
  public String name() {
    return original.name();
  }
}

package dev.statecraft.data.image;

import java.io.IOException;

/** What is wrong with the bytes of an image, in words for the user. */
final class ImageFault extends IOException {
  private static final long serialVersionUID = 1L;

  ImageFault(String message) {
    super(message);
  }

  static ImageFault cutOff() {
    return new ImageFault("the file is cut off");
  }
}

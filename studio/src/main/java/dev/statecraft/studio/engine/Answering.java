package dev.statecraft.studio.engine;

/** What a model that is open can be asked: one of these, each throws IllegalStateException else. */
sealed interface Answering permits TextClassifier, ImageClassifier, LanguageModel, TextEmbedder {
  /** One that gives classes to texts. */
  default TextClassifier texts() {
    throw refused("classify texts");
  }

  /** One that gives classes to images. */
  default ImageClassifier images() {
    throw refused("classify images");
  }

  /** One that gives vectors to texts. */
  default TextEmbedder embedder() {
    throw refused("embed texts");
  }

  /** One that writes. */
  default LanguageModel language() {
    throw refused("write texts");
  }

  private static IllegalStateException refused(String question) {
    return new IllegalStateException("this model was not opened to " + question);
  }
}

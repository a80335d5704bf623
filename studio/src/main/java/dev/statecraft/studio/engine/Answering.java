package dev.statecraft.studio.engine;

/** What a model that is open can be asked. */
sealed interface Answering permits TextClassifier, ImageClassifier, LanguageModel {}

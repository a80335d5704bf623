package dev.statecraft.studio.engine;

import dev.statecraft.base.InvalidInputException;
import dev.statecraft.data.ExampleStore;
import dev.statecraft.data.TextColumns;
import dev.statecraft.data.TextExample;
import dev.statecraft.data.TokenLengths;
import dev.statecraft.models.family.ModelKind;
import dev.statecraft.models.family.TokenInput;
import dev.statecraft.models.pretrained.EncodedText;
import dev.statecraft.models.pretrained.PretrainedModel;
import dev.statecraft.models.pretrained.TextEncoder;
import dev.statecraft.studio.recipe.Recipe;
import dev.statecraft.studio.recipe.RecipeException;
import dev.statecraft.training.task.EncodedTextBuilder;
import java.util.List;
import java.util.function.Consumer;

/** A recipe's rows as texts, or pairs of texts, for an encoder. */
record TextRows(Recipe recipe, PretrainedModel model, RecipeRows rows, TextColumns columns) {
  static TextColumns columns(Recipe recipe) {
    return recipe
        .data()
        .columns()
        .orElseThrow(() -> new RecipeException("data.columns: expected text and label"));
  }

  /** Goes through a part's rows as examples. */
  interface Part {
    void forEach(Consumer<TextExample> examples);
  }

  Part training() {
    return examples -> rows.training(row -> examples.accept(columns.example(row)));
  }

  Part heldOut() {
    return examples -> rows.heldOut(row -> examples.accept(columns.example(row)));
  }

  TokenLengths.Counter lengths() {
    return new TokenLengths.Counter(encoder().maxLength());
  }

  /**
   * A part's texts as the model reads them.
   *
   * @param label takes what each example is labelled with
   */
  List<EncodedText> encoded(Part part, Consumer<TextExample> label, TokenLengths.Counter lengths) {
    EncodedTextBuilder texts =
        new EncodedTextBuilder(encoder(), ExampleStore.Room.ofProcess(), lengths);
    part.forEach(label.andThen(texts));
    return texts.build();
  }

  private TextEncoder encoder() {
    return new TextEncoder(model.tokenizer(), input(), recipe.data().maxLength());
  }

  /** How the model reads texts. */
  TokenInput input() {
    if (model.config().kind() == ModelKind.TEXT_ENCODER) {
      return model.backbone().input().tokens().orElseThrow();
    }
    throw new InvalidInputException(
        model.name()
            + ": expected a text encoder for "
            + recipe.task().type()
            + ", found "
            + model.config().modelType());
  }
}

package dev.statecraft.studio.recipe;

import dev.statecraft.data.InstructionFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The keys of {@code data}. */
final class DataKeys {
  private static final String[] TEXTS = {TaskRecipe.CLASSIFICATION, TaskRecipe.REGRESSION};

  private DataKeys() {}

  static List<Option> all() {
    List<Option> all = new ArrayList<>();
    all.add(
        Option.of(
            "data.train",
            Kind.text("a file", "train.csv").orMapping("path").orList(),
            Otherwise.required(),
            "The training data; files of a list are mixed. For image-classification also a folder"
                + " with a sub-folder for each class (images lie in it at any depth), a binary file"
                + " of CIFAR, or an IDX file."));
    all.addAll(file("data.train.", Otherwise.words("required unless there is hub")));
    all.add(
        Option.of(
            "data.train.weight",
            Kind.number(
                "a number above 0, up to 1000",
                Map.of("exclusiveMinimum", 0, "maximum", 1000),
                0.5),
            Otherwise.words(Numbers.shown(Defaults.WEIGHT)),
            "How often an epoch has each example of the file; 0.5 is half of them."));
    all.add(
        Option.of(
            "data.validation",
            Kind.text("a file, or none", "dev.csv").orMapping("path"),
            Otherwise.words("split: " + Numbers.shown(Defaults.VALIDATION_SPLIT)),
            "The evaluation data: a file of its own, a part of the training data, or none."));
    all.add(
        Option.of(
            "data.validation.split",
            Kind.number(
                "a number between 0 and 1",
                Map.of("exclusiveMinimum", 0, "exclusiveMaximum", 1),
                0.05),
            Otherwise.words("no part; path names a file"),
            "The part of the training data that is held out, drawn by the seed; each class keeps"
                + " an example to learn from."));
    all.addAll(file("data.validation.", Otherwise.words("required unless there is split or hub")));
    all.add(
        Option.of(
            "data.separator",
            Kind.text("one character, or tab", ";"),
            Otherwise.words("','"),
            "What separates the columns of CSV files."));
    all.add(
        Option.of(
                "data.columns",
                Kind.mapping(),
                Otherwise.words("its defaults"),
                "Which columns hold what.")
            .tasks(TEXTS));
    all.add(
        Option.of(
                "data.columns.text",
                Kind.text("a column", "question"),
                Otherwise.value(Defaults.TEXT_COLUMN),
                "The column of texts.")
            .tasks(TEXTS));
    all.add(
        Option.of(
                "data.columns.pair",
                Kind.text("a column", "sentence"),
                Otherwise.nothing(),
                "The column of second texts, for pairs.")
            .tasks(TEXTS));
    all.add(
        Option.of(
                "data.columns.label",
                Kind.text("a column", "score"),
                Otherwise.value(Defaults.LABEL_COLUMN),
                "The column of labels.")
            .tasks(TEXTS));
    all.add(
        Option.of(
                "data.columns",
                Kind.mapping(),
                Otherwise.words("the names that the shape of a row has"),
                "What columns are called in the data.")
            .tasks(TaskRecipe.CAUSAL_LM));
    for (String column : InstructionFormat.columns()) {
      all.add(
          Option.of(
                  "data.columns." + column,
                  Kind.text("a column", "my_" + column),
                  Otherwise.words(column),
                  "The column that is read as " + column + ".")
              .tasks(TaskRecipe.CAUSAL_LM));
    }
    all.add(
        Option.of(
                "data.instruction",
                Kind.choice(
                    Arrays.stream(InstructionFormat.values())
                        .map(InstructionFormat::formatName)
                        .toList()),
                Otherwise.words("what the columns show"),
                "The shape of a row.")
            .tasks(TaskRecipe.CAUSAL_LM));
    all.add(
        Option.of(
            "data.max_examples",
            Kind.wholeNumber(1, 1000),
            Otherwise.words("all of them"),
            "Take at most so many training examples, drawn by the seed."));
    all.add(
        Option.of(
                "data.max_length",
                Kind.wholeNumber(2, 256),
                Otherwise.value(Defaults.MAX_LENGTH),
                "The most tokens of an example; also the model's limit holds. A longer one loses"
                    + " its last tokens, or its first if the tokenizer's truncation_side is left;"
                    + " of a pair, the longer text gives them.")
            .tasks(TaskRecipe.CAUSAL_LM, TaskRecipe.CLASSIFICATION, TaskRecipe.REGRESSION));
    all.addAll(ImageKeys.all());
    return all;
  }

  private static List<Option> file(String prefix, Otherwise path) {
    return List.of(
        Option.of(prefix + "path", Kind.text("a file", "train.csv"), path, "The file."),
        Option.of(
            prefix + "hub",
            Kind.text("a data set of the Hub, org/name[@revision]", "org/name"),
            Otherwise.words("a file of this machine"),
            "The data set of the Hub that the file is in."),
        Option.of(
            prefix + "file",
            Kind.text("a path", "data/train.parquet"),
            Otherwise.words("required beside hub"),
            "The file of the data set of the Hub."),
        Option.of(
            prefix + "format",
            Kind.choice(RecipeReader.FILE_FORMATS),
            Otherwise.words("what the name's ending says"),
            "How the file is read."),
        Option.of(
            prefix + "column_names",
            Kind.texts("a list of names", 0, List.of("label", "text")),
            Otherwise.words("the file's first line"),
            "Names of the columns of a CSV or TSV file that has no header."));
  }
}

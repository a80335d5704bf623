package dev.statecraft.studio.guide;

import dev.statecraft.studio.recipe.Catalogue;
import dev.statecraft.studio.recipe.Option;
import java.util.List;

/** The catalogue as {@code docs/recipes.md}. */
public final class RecipePage {
  private static final String HEAD =
      """
      # Recipes: every key

      A recipe is a YAML file; `./statecraft train -c FILE` runs it. This page is made from the
      catalogue of keys in the code (`Catalogue`), which also gives `./statecraft train --explain`,
      for reading on a terminal, and [recipe.schema.json](recipe.schema.json), which
      `./statecraft train --schema` prints. Editors complete and check recipes with it if their
      first line is

      ```yaml
      # yaml-language-server: $schema=PATH/recipe.schema.json
      ```

      Unknown keys are errors. Any key can be set from the command line: `--set method.rank=16`;
      `--set method.edges.0.rank=4` reaches into lists.
      """;

  private RecipePage() {}

  /** The page. */
  public static String markdown() {
    Catalogue catalogue = Catalogue.ALL;
    StringBuilder page = new StringBuilder(HEAD);
    table(page, "The recipe", catalogue.of(""));
    for (Option top : catalogue.of("")) {
      List<Option> inside =
          catalogue.options().stream()
              .filter(option -> option.key().startsWith(top.key() + "."))
              .toList();
      if (!inside.isEmpty()) {
        table(page, "`" + top.key() + "`", inside);
      }
    }
    return page.toString();
  }

  private static void table(StringBuilder page, String title, List<Option> options) {
    page.append("\n## ")
        .append(title)
        .append("\n\n| key | value | default | |\n|---|---|---|---|\n");
    for (Option option : options) {
      String only = Explanation.restriction(option);
      row(
          page,
          "`" + option.key() + "`",
          option.kind().words(),
          option.otherwise().toString(),
          option.description() + (only.isEmpty() ? "" : " *Only for " + only + ".*"));
    }
  }

  private static void row(StringBuilder page, String... cells) {
    for (String cell : cells) {
      page.append("| ").append(cell.replace("|", "\\|")).append(' ');
    }
    page.append("|\n");
  }
}

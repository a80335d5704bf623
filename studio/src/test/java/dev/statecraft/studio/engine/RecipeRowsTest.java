package dev.statecraft.studio.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.data.DataFormat;
import dev.statecraft.data.DataReader;
import dev.statecraft.data.DatasetSplit;
import dev.statecraft.data.Row;
import dev.statecraft.data.Subset;
import dev.statecraft.formats.hub.HubListener;
import dev.statecraft.studio.recipe.Recipe;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecipeRowsTest {
  @TempDir Path folder;

  @Test
  void drawsWhatListsInMemoryWould() throws IOException {
    Path file = file("a.csv", "a", 50);
    List<Row> all = DataReader.read(file, DataFormat.byEnding());
    DatasetSplit<Row> split = DatasetSplit.random(all, 0.2, 7);

    RecipeRows rows = rows("train: a.csv, validation: {split: 0.2}, max_examples: 11");

    assertThat(texts(rows::training))
        .isEqualTo(texts(Subset.random(split.train(), 11, 7)::forEach));
    assertThat(texts(rows::heldOut)).isEqualTo(texts(split.heldOut()::forEach));
  }

  @Test
  void takesAllInOrderWhereNothingIsDrawn() throws IOException {
    file("a.csv", "a", 3);
    file("b.csv", "b", 2);
    file("dev.csv", "d", 1);

    RecipeRows rows = rows("train: [a.csv, b.csv], validation: dev.csv");

    assertThat(texts(rows::training)).containsExactly("a0", "a1", "a2", "b0", "b1");
    assertThat(texts(rows::heldOut)).containsExactly("d0");
    assertThat(rows("train: a.csv, validation: none").hasHeldOut()).isFalse();
  }

  @Test
  void mixesFilesByWeight() throws IOException {
    file("a.csv", "a", 40);
    file("b.csv", "b", 20);

    RecipeRows rows =
        rows("train: [{path: a.csv, weight: 0.25}, {path: b.csv, weight: 2.5}], validation: none");
    List<String> texts = texts(rows::training);

    List<String> ofA = texts.stream().filter(text -> text.startsWith("a")).toList();
    assertThat(ofA).hasSize(10).doesNotHaveDuplicates();
    List<String> ofB = texts.stream().filter(text -> text.startsWith("b")).toList();
    assertThat(ofB).hasSize(50);
    assertThat(new HashSet<>(ofB)).hasSize(20);
    assertThat(ofB.stream().collect(Collectors.groupingBy(text -> text)).values())
        .allSatisfy(same -> assertThat(same.size()).isBetween(2, 3));
    assertThat(texts(rows::training)).isEqualTo(texts);
  }

  @Test
  void noExampleIsLearnedFromAndHeldOut() throws IOException {
    file("a.csv", "a", 30);
    file("b.csv", "b", 30);

    RecipeRows rows =
        rows(
            "train: [{path: a.csv, weight: 3}, b.csv], validation: {split: 0.3}, max_examples: 60");

    List<String> heldOut = texts(rows::heldOut);
    assertThat(heldOut).hasSize(18);
    assertThat(texts(rows::training)).hasSize(60).doesNotContainAnyElementsOf(heldOut);
    assertThat(Collections.disjoint(heldOut, texts(rows::training))).isTrue();
  }

  private Path file(String name, String prefix, int rows) throws IOException {
    return Files.writeString(
        folder.resolve(name),
        IntStream.range(0, rows)
            .mapToObj(i -> prefix + i + ",l" + i % 2 + "\n")
            .collect(Collectors.joining("", "text,label\n", "")));
  }

  private RecipeRows rows(String data) {
    Recipe recipe =
        Recipe.parse(
            "{model: m, method: lora, data: {" + data + "}, task: classification}",
            "r.yaml",
            "r",
            List.of(),
            folder);
    return new RecipeRows(recipe.data(), 7, new Inputs(HubListener.silent()), Optional.empty());
  }

  private static List<String> texts(Consumer<Consumer<Row>> rows) {
    List<String> texts = new ArrayList<>();
    rows.accept(row -> texts.add(row.text("text")));
    return texts;
  }
}

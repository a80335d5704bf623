package dev.statecraft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.statecraft.studio.provenance.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The BOM, which has no parent, goes with the modules that are published. */
final class PublishedModulesTest {
  private static final Path ROOT = Path.of(System.getProperty("statecraft.root"));

  private static List<String> all(String pattern, String pom) throws IOException {
    return Pattern.compile(pattern)
        .matcher(Files.readString(ROOT.resolve(pom)))
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  @Test
  void theBomHasEveryPublishedModuleInThisVersion() throws IOException {
    List<String> modules =
        all("<module>([a-z]+)</module>", "pom.xml").stream()
            .filter(module -> !List.of("testkit", "bench", "bom").contains(module))
            .map(module -> "statecraft-" + module)
            .toList();
    assertThat(modules).hasSizeGreaterThanOrEqualTo(5);
    assertThat(all("<artifactId>(statecraft-[a-z]+)</artifactId>", "bom/pom.xml"))
        .filteredOn(artifact -> !artifact.equals("statecraft-bom"))
        .containsExactlyInAnyOrderElementsOf(modules);
    assertThat(all("<version>([^$<]+)</version>", "bom/pom.xml"))
        .containsExactly(Environment.version());
  }

  @Test
  void bothSayWhereTheProjectIs() throws IOException {
    for (String key : List.of("url", "connection", "developerConnection")) {
      String pattern = "<" + key + ">([^<]+)</" + key + ">";
      assertThat(all(pattern, "bom/pom.xml"))
          .containsExactlyInAnyOrderElementsOf(all(pattern, "pom.xml"));
    }
  }
}

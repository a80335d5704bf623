package dev.statecraft.cli;

import static com.tngtech.archunit.core.domain.JavaModifier.PUBLIC;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import dev.statecraft.base.StatecraftException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The house: each module knows only those below it. */
final class LayersTest {
  /** What each module may know of the others. */
  private static final Map<String, List<String>> BELOW =
      Map.ofEntries(
          Map.entry("base", List.of()),
          Map.entry("control.theory", List.of("base")),
          Map.entry("tensor", List.of("base")),
          Map.entry("core", List.of("base", "tensor")),
          Map.entry("jinja", List.of("base")),
          Map.entry("formats", List.of("base")),
          Map.entry("data", List.of("base", "jinja", "formats")),
          Map.entry("parquet", List.of("base", "data")),
          Map.entry("models", List.of("base", "formats", "data", "tensor", "core")),
          Map.entry("adapters", List.of("base", "formats", "models", "tensor", "core")),
          Map.entry(
              "training",
              List.of("base", "formats", "data", "models", "adapters", "tensor", "core")),
          Map.entry("inference", List.of("base", "formats", "data", "models", "tensor", "core")),
          Map.entry(
              "studio",
              List.of(
                  "base",
                  "control.theory",
                  "formats",
                  "data",
                  "parquet",
                  "models",
                  "adapters",
                  "training",
                  "inference",
                  "tensor",
                  "core")),
          Map.entry(
              "cli",
              List.of(
                  "base",
                  "formats",
                  "data",
                  "models",
                  "adapters",
                  "training",
                  "inference",
                  "studio",
                  "tensor",
                  "core")));

  /**
   * Public types that no other package names in its code: what programs begin with, what public
   * types take or give (a lambda or a chain of calls names no type), and families, which tests
   * make.
   */
  private static final Set<String> UNNAMED =
      Set.of(
          "adapters.Targets",
          "cli.Statecraft",
          "core.control.EdgePlace",
          "core.plan.GradientPlacement",
          "data.BatchPosition",
          "data.DatasetSplit",
          "data.Subset",
          "data.TokenEncoder",
          "data.TokenLengths",
          "data.chat.ChatTemplate",
          "data.image.ImageHeader",
          "models.family.InputNames",
          "models.family.bert.Bert",
          "models.family.bert.Encoder",
          "models.family.bert.Roberta",
          "models.family.decoder.Decoder",
          "models.family.decoder.DecoderTokens",
          "models.family.distilbert.DistilBert",
          "models.family.modernbert.ModernBert",
          "models.head.LanguageHead",
          "models.head.NextToken",
          "models.head.Scored",
          "studio.embed.EmbedRow",
          "studio.embed.VectorWriter",
          "studio.engine.MixtureOutcome",
          "studio.engine.MixtureRequest",
          "studio.engine.MixtureTask",
          "studio.guide.RecipePage",
          "studio.recipe.DataKeys",
          "studio.recipe.Key",
          "studio.recipe.Keys",
          "studio.recipe.MemoryKeys",
          "studio.recipe.Method",
          "studio.recipe.Otherwise",
          "studio.recipe.RecipeBuilder",
          "studio.recipe.Settings",
          "studio.recipe.TaskKeys",
          "studio.recipe.TrackingKeys",
          "studio.recipe.TrainKeys",
          "studio.track.MlflowTracker",
          "training.CheckpointSaver",
          "training.task.CausalExamples");

  /** Modules of which every public type is for programs. */
  private static final Set<String> FOR_PROGRAMS = Set.of("control.theory");

  private static JavaClasses all;

  @BeforeAll
  static void importClasses() {
    ImportOption noTestKit = (Location location) -> !location.contains("testkit");
    all =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(noTestKit)
            .importPackages("dev.statecraft");
  }

  static List<String> modules() {
    return BELOW.keySet().stream().sorted().toList();
  }

  private static String packages(String module) {
    return "dev.statecraft." + module + "..";
  }

  @ParameterizedTest
  @MethodSource("modules")
  void knowsOnlyThoseBelow(String module) {
    List<String> allowed = new ArrayList<>(List.of(packages(module)));
    BELOW.get(module).forEach(below -> allowed.add(packages(below)));
    List<String> others =
        modules().stream().map(LayersTest::packages).filter(p -> !allowed.contains(p)).toList();
    classes()
        .that()
        .resideInAPackage(packages(module))
        .should()
        .onlyAccessClassesThat()
        .resideOutsideOfPackages(others.toArray(String[]::new))
        .check(all);
  }

  /** Roots of modules are packages like the others. */
  @Test
  void packagesHaveNoCycles() {
    slices()
        .assignedFrom(
            new SliceAssignment() {
              @Override
              public SliceIdentifier getIdentifierOf(JavaClass type) {
                return SliceIdentifier.of(type.getPackageName());
              }

              @Override
              public String getDescription() {
                return "packages";
              }
            })
        .should()
        .beFreeOfCycles()
        .check(all);
  }

  /** Java seals only classes of one package. */
  @Test
  void uncheckedExceptionsHaveAKind() {
    classes()
        .that()
        .areAssignableTo(RuntimeException.class)
        .and()
        .arePublic()
        .should()
        .beAssignableTo(StatecraftException.class)
        .check(all);
  }

  /**
   * What one package alone uses is that package's own; but for what is for programs, or part of
   * what a public type says.
   */
  @Test
  void publicTypesAreUsedOutsideOfTheirPackage() {
    assertThat(
            all.stream()
                .filter(type -> type.isTopLevelClass() && type.getModifiers().contains(PUBLIC))
                .filter(type -> !type.isAssignableTo(Throwable.class))
                .filter(type -> FOR_PROGRAMS.stream().noneMatch(within(type)))
                .filter(
                    type -> type.getDirectDependenciesToSelf().stream().allMatch(isWithin(type)))
                .map(type -> type.getName().substring("dev.statecraft.".length())))
        .containsExactlyInAnyOrderElementsOf(UNNAMED);
  }

  /** Modules whose package has the type, or is one above. */
  private static Predicate<String> within(JavaClass type) {
    return module -> (type.getPackageName() + ".").startsWith("dev.statecraft." + module + ".");
  }

  private static Predicate<Dependency> isWithin(JavaClass type) {
    return use -> use.getOriginClass().getPackageName().equals(type.getPackageName());
  }

  @Test
  void noClassIsOutsideOfTheModules() {
    assertThat(all.stream().filter(type -> modules().stream().noneMatch(within(type)))).isEmpty();
    assertThat(modules())
        .allMatch(module -> all.stream().anyMatch(type -> within(type).test(module)));
  }

  @ParameterizedTest
  @MethodSource("libraries")
  void isKnownTo(String library, List<String> modules) {
    noClasses()
        .that()
        .resideOutsideOfPackages(modules.stream().map(LayersTest::packages).toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .check(all);
  }

  static List<Arguments> libraries() {
    return List.of(
        Arguments.of("org.bytedeco..", List.of("tensor")),
        Arguments.of("org.ojalgo..", List.of("control.theory")),
        Arguments.of("picocli..", List.of("cli")),
        Arguments.of("org.jline..", List.of("cli")),
        Arguments.of("ai.djl..", List.of("formats")),
        Arguments.of("com.google.protobuf..", List.of("formats", "studio")),
        Arguments.of("com.twelvemonkeys..", List.of("data")),
        Arguments.of("org.apache.commons.csv..", List.of("data")),
        Arguments.of("org.apache.parquet..", List.of("parquet")),
        Arguments.of("com.fasterxml.jackson.dataformat..", List.of("studio")));
  }
}

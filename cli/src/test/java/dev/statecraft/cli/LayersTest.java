package dev.statecraft.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The layers of the house: tensor, core, models, parquet, cli; each knows only those before it. */
final class LayersTest {
  private static final String TENSOR = "dev.statecraft.tensor..";
  private static final String CORE = "dev.statecraft.core..";
  private static final String MODELS = "dev.statecraft.models..";
  private static final String PARQUET = "dev.statecraft.parquet..";
  private static final String CLI = "dev.statecraft.cli..";

  private static JavaClasses classes;

  @BeforeAll
  static void importClasses() {
    ImportOption noTestKit = (Location location) -> !location.contains("testkit");
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(noTestKit)
            .importPackages("dev.statecraft");
  }

  @Test
  void allLayersAreSeen() {
    for (String layer :
        new String[] {
          "tensor.Tensor", "core.graph.Graph", "models.InvalidInputException", "cli.Statecraft"
        }) {
      assertThat(classes.contain("dev.statecraft." + layer)).as(layer).isTrue();
    }
  }

  @Test
  void eachLayerKnowsOnlyThoseBeforeIt() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("tensor")
        .definedBy(TENSOR)
        .layer("core")
        .definedBy(CORE)
        .layer("models")
        .definedBy(MODELS)
        .layer("parquet")
        .definedBy(PARQUET)
        .layer("cli")
        .definedBy(CLI)
        .whereLayer("tensor")
        .mayNotAccessAnyLayer()
        .whereLayer("core")
        .mayOnlyAccessLayers("tensor")
        .whereLayer("models")
        .mayOnlyAccessLayers("tensor", "core")
        .whereLayer("parquet")
        .mayOnlyAccessLayers("models")
        .whereLayer("cli")
        .mayNotBeAccessedByAnyLayer()
        .check(classes);
  }

  @Test
  void onlyTheTensorLayerKnowsLibtorch() {
    noClasses()
        .that()
        .resideOutsideOfPackage(TENSOR)
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bytedeco..")
        .check(classes);
  }

  @Test
  void onlyTheCommandLineKnowsItsLibraries() {
    noClasses()
        .that()
        .resideOutsideOfPackage(CLI)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("picocli..", "com.fasterxml.jackson.dataformat.yaml..")
        .check(classes);
  }

  @Test
  void packagesOfTheCommandLineHaveNoCycles() {
    slices().matching("dev.statecraft.cli.(*)..").should().beFreeOfCycles().check(classes);
  }
}

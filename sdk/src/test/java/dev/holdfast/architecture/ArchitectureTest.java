package dev.holdfast.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

@AnalyzeClasses(packages = "dev.holdfast", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule arrowsPointDown = HouseRules.ARROWS_POINT_DOWN;

    @ArchTest
    static final ArchRule ambientWorldComesFromRuntime = HouseRules.AMBIENT_WORLD_COMES_FROM_RUNTIME;

    @ArchTest
    static final ArchRule noSynchronizedMethods = HouseRules.NO_SYNCHRONIZED_METHODS;

    @ArchTest
    static final ArchRule publicSignaturesAreOurs = HouseRules.PUBLIC_SIGNATURES_ARE_OURS;

    @Test
    void everyModuleHasItsRowInTheTable() {
        assertThat(Modules.DESCRIPTORS.keySet()).containsExactlyInAnyOrderElementsOf(Modules.SEES.keySet());
    }

    @Test
    void descriptorsRequireOnlyModulesBelow() {
        Modules.DESCRIPTORS.forEach((name, module) ->
                assertThat(Modules.requiredBy(module)).as(name).isSubsetOf(Modules.SEES.get(name)));
    }
}

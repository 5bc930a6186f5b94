package dev.holdfast.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import dev.holdfast.budget.ImportsSiblingFixture;
import dev.holdfast.memory.AsksTheSystemFixture;
import dev.holdfast.memory.SynchronizedFixture;
import dev.holdfast.openai.ImportsRoomFixture;
import dev.holdfast.runtime.LeaksThirdPartyFixture;
import dev.holdfast.runtime.RuntimeFixture;
import dev.holdfast.testkit.VirtualFixture;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A rule that cannot fail guards nothing: each is shown a class that breaks it, and one that does not. */
final class HouseRulesTest {
    @Test
    void aSiblingIsNotImported() {
        assertThat(failures(HouseRules.ARROWS_POINT_DOWN, ImportsSiblingFixture.class))
                .anyMatch(line -> line.contains("SynchronizedFixture"));
        assertThat(failures(HouseRules.ARROWS_POINT_DOWN, SynchronizedFixture.class))
                .isEmpty();
    }

    @Test
    void aProviderNeedsNoRoom() {
        assertThat(failures(HouseRules.ARROWS_POINT_DOWN, ImportsRoomFixture.class))
                .anyMatch(line -> line.contains("ImportsSiblingFixture"));
    }

    @Test
    void everyQuestionToTheSystemIsFound() {
        long asking = Stream.of(AsksTheSystemFixture.class.getDeclaredMethods())
                .filter(method -> method.getName().startsWith("asks"))
                .count();
        assertThat(failures(HouseRules.AMBIENT_WORLD_COMES_FROM_RUNTIME, AsksTheSystemFixture.class))
                .map(line -> line.replaceAll(".*AsksTheSystemFixture\\.(\\w+)\\(.*", "$1"))
                .allMatch(name -> name.startsWith("asks"))
                .doesNotHaveDuplicates()
                .hasSize(Math.toIntExact(asking));
    }

    @Test
    void theRuntimesMayAskTheSystem() {
        assertThat(failures(HouseRules.AMBIENT_WORLD_COMES_FROM_RUNTIME, RuntimeFixture.class, VirtualFixture.class))
                .isEmpty();
    }

    @Test
    void aSynchronizedMethodIsFound() {
        assertThat(failures(HouseRules.NO_SYNCHRONIZED_METHODS, SynchronizedFixture.class))
                .hasSize(1);
        assertThat(failures(HouseRules.NO_SYNCHRONIZED_METHODS, RuntimeFixture.class))
                .isEmpty();
    }

    @Test
    void everyThirdPartyTypeInASignatureIsFound() {
        assertThat(failures(HouseRules.PUBLIC_SIGNATURES_ARE_OURS, LeaksThirdPartyFixture.class))
                .hasSize(4)
                .anyMatch(line -> line.contains("LeaksThirdPartyFixture names"))
                .anyMatch(line -> line.contains("asReturn"))
                .anyMatch(line -> line.contains("asTypeArgument"))
                .anyMatch(line -> line.contains("asThrown"));
        assertThat(failures(HouseRules.PUBLIC_SIGNATURES_ARE_OURS, RuntimeFixture.class))
                .isEmpty();
    }

    private static List<String> failures(ArchRule rule, Class<?>... fixtures) {
        JavaClasses classes = new ClassFileImporter().importClasses(fixtures);
        return rule.evaluate(classes).getFailureReport().getDetails();
    }
}

package dev.holdfast.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A public type is a promise: their number stands in {@code docs/architecture.md}, and changes on purpose only. */
class PublicTypesTest {

    @Test
    void theNumberOfPublicTypesIsTheOneInTheDocumentation() throws IOException {
        Map<String, Integer> counted = new TreeMap<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.holdfast")) {
            boolean promised = type.getModifiers().contains(JavaModifier.PUBLIC)
                    && !type.isMemberClass()
                    && Modules.isExported(type.getPackageName());
            if (promised) {
                counted.merge(type.getPackageName(), 1, Integer::sum);
            }
        }
        String page = Files.readString(root().resolve("docs/architecture.md"));

        assertThat(counted)
                .isNotEmpty()
                .allSatisfy((name, number) -> assertThat(page)
                        .as("the line of %s in docs/architecture.md should say %d", name, number)
                        .containsPattern("\\| `" + name.replace(".", "\\.") + "` \\| " + number + " \\|"));
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("CHANGELOG.md"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}

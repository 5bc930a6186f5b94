package dev.holdfast.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.net.URI;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What an application on the module path gets to see. */
class ModulePathTest {
    private static final String NAME = "Automatic-Module-Name";

    /** The testkit leaves it to whoever tests to have them. */
    private static final Set<String> TEST_LIBRARIES = Set.of("org.junit.jupiter.api", "org.assertj.core");

    private static final Configuration RESOLVED = resolve();

    /** As the boot layer does: what is missing, split or cyclic is an exception here. */
    private static Configuration resolve() {
        ModuleFinder classpath =
                ModuleFinder.of(Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(Path::of)
                        .toArray(Path[]::new));
        Set<String> roots = new TreeSet<>(TEST_LIBRARIES);
        Modules.DESCRIPTORS.values().forEach(module -> roots.add(module.name()));
        return ModuleLayer.boot().configuration().resolve(classpath, ModuleFinder.of(), roots);
    }

    @Test
    void allModulesResolve() {
        assertThat(RESOLVED.modules())
                .extracting(ResolvedModule::name)
                .contains("dev.holdfast.sdk", "dev.holdfast.budget", "dev.holdfast.openai", "dev.holdfast.anthropic");
    }

    /** Such a name is the file's: whoever renames the jar loses the module. docs/architecture.md says so of the one. */
    @Test
    void oneLibraryAloneIsNamedByItsFile() {
        Set<String> byFile = new TreeSet<>();
        for (String required : requiredByUs()) {
            RESOLVED.findModule(required)
                    .map(ResolvedModule::reference)
                    .filter(reference -> reference.descriptor().isAutomatic() && !hasName(reference))
                    .ifPresent(reference -> byFile.add(required));
        }

        assertThat(byFile).containsExactly("jtokkit");
    }

    private static Set<String> requiredByUs() {
        return Modules.DESCRIPTORS.values().stream()
                .flatMap(module -> module.requires().stream())
                .map(ModuleDescriptor.Requires::name)
                .collect(Collectors.toSet());
    }

    private static boolean hasName(ModuleReference reference) {
        URI location = reference.location().orElseThrow();
        try (JarFile jar = new JarFile(new File(location))) {
            Manifest manifest = jar.getManifest();
            return manifest != null && manifest.getMainAttributes().getValue(NAME) != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

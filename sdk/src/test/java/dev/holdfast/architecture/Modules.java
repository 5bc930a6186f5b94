package dev.holdfast.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.File;
import java.lang.module.FindException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Our modules, as their descriptors on the classpath state them, and the table of who may see whom. */
final class Modules {
    private Modules() {}

    private static final String PREFIX = "dev.holdfast.";
    private static final Set<String> CORE = Set.of("core");
    private static final Set<String> ROOMS = Set.of("resilience", "budget", "routing", "memory", "control");
    private static final Set<String> CORE_AND_ROOMS = union(CORE, ROOMS);
    private static final Set<String> CORE_AND_HTTP = Set.of("core", "http");

    /** A new module needs a row here: without one, {@link ArchitectureTest} fails. */
    static final Map<String, Set<String>> SEES = Map.ofEntries(
            Map.entry("core", Set.of()),
            Map.entry("resilience", CORE),
            Map.entry("budget", CORE),
            Map.entry("routing", CORE),
            Map.entry("memory", CORE),
            Map.entry("control", CORE),
            Map.entry("sdk", CORE_AND_ROOMS),
            Map.entry("testkit", CORE_AND_ROOMS),
            Map.entry("http", CORE),
            Map.entry("openai", CORE_AND_HTTP),
            Map.entry("anthropic", CORE_AND_HTTP));

    /** By short name: {@code dev.holdfast.budget} is {@code budget}. */
    static final Map<String, ModuleDescriptor> DESCRIPTORS = descriptors();

    private static final Map<String, String> MODULE_OF_PACKAGE = new HashMap<>();
    private static final Set<String> EXPORTED = DESCRIPTORS.values().stream()
            .flatMap(module -> module.exports().stream())
            .filter(exports -> !exports.isQualified())
            .map(Exports::source)
            .collect(Collectors.toSet());

    static {
        DESCRIPTORS.forEach((name, module) -> module.packages().forEach(p -> MODULE_OF_PACKAGE.put(p, name)));
    }

    static String of(JavaClass type) {
        String module = MODULE_OF_PACKAGE.get(type.getPackageName());
        if (module == null) {
            throw new AssertionError("Of no module that is on the test classpath of sdk: " + type.getName());
        }
        return module;
    }

    static boolean isOurs(JavaClass type) {
        return type.getName().startsWith(PREFIX);
    }

    static boolean isExported(String packageName) {
        return EXPORTED.contains(packageName);
    }

    static boolean maySee(String from, String to) {
        return from.equals(to) || SEES.getOrDefault(from, Set.of()).contains(to);
    }

    /** Testkit and integrations are there to speak a third party's words, the others are not. */
    static boolean speaksOnlyOurWords(String module) {
        return CORE_AND_ROOMS.contains(module) || module.equals("sdk");
    }

    static Set<String> requiredBy(ModuleDescriptor module) {
        return module.requires().stream()
                .map(ModuleDescriptor.Requires::name)
                .filter(name -> name.startsWith(PREFIX))
                .map(name -> name.substring(PREFIX.length()))
                .collect(Collectors.toSet());
    }

    private static Map<String, ModuleDescriptor> descriptors() {
        Map<String, ModuleDescriptor> found = new TreeMap<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            modulesIn(Path.of(entry))
                    .map(ModuleReference::descriptor)
                    .filter(module -> module.name().startsWith(PREFIX) && !module.isAutomatic())
                    .forEach(module -> found.put(module.name().substring(PREFIX.length()), module));
        }
        return found;
    }

    private static Stream<ModuleReference> modulesIn(Path entry) {
        try {
            return ModuleFinder.of(entry).findAll().stream();
        } catch (FindException notAModule) {
            return Stream.empty();
        }
    }

    private static Set<String> union(Set<String> a, Set<String> b) {
        return Stream.concat(a.stream(), b.stream()).collect(Collectors.toUnmodifiableSet());
    }
}

package dev.holdfast.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAnnotation;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The rules of the house. {@link ArchitectureTest} holds our classes to them, {@link HouseRulesTest} shows each fail. */
final class HouseRules {
    private HouseRules() {}

    /** Arrows point down: a class sees its own module and the ones that {@link Modules} lets it see. */
    static final ArchRule ARROWS_POINT_DOWN = classes()
            .should(dependOnlyOnModulesBelow())
            .because("integrations, sdk, testkit -> rooms -> core are the only arrows, and siblings never import"
                    + " each other")
            .allowEmptyShould(true);

    static final ArchRule AMBIENT_WORLD_COMES_FROM_RUNTIME = noClasses()
            .that(mayNotTouchTheSystem())
            .should()
            .accessTargetWhere(AmbientWorld.access())
            .because("time, randomness, waiting and threads come from the injected runtime: a simulation must control"
                    + " them all")
            .allowEmptyShould(true);

    static final ArchRule NO_SYNCHRONIZED_METHODS = noMethods()
            .should()
            .haveModifier(JavaModifier.SYNCHRONIZED)
            .because("a thread that waits in a monitor pins its carrier before JDK 24")
            .allowEmptyShould(true);

    /** Applies to exported packages alone: what is not exported may use what it likes. */
    static final ArchRule PUBLIC_SIGNATURES_ARE_OURS = classes()
            .that(areVisibleToUsers())
            .should(nameNoThirdPartyType())
            .because("a third party's type in a signature makes its next major version ours")
            .allowEmptyShould(true);

    private static ArchCondition<JavaClass> dependOnlyOnModulesBelow() {
        return new ArchCondition<>("depend only on the modules below their own") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                String own = Modules.of(item);
                for (Dependency dependency : item.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    if (Modules.isOurs(target) && !Modules.maySee(own, Modules.of(target))) {
                        events.add(SimpleConditionEvent.violated(dependency, dependency.getDescription()));
                    }
                }
            }
        };
    }

    private static DescribedPredicate<JavaClass> mayNotTouchTheSystem() {
        return DescribedPredicate.describe(
                "are not the runtime, nor the testkit's virtual one",
                c -> !c.getPackageName().equals("dev.holdfast.runtime") && !isVirtualRuntime(c));
    }

    private static boolean isVirtualRuntime(JavaClass c) {
        String outermost =
                c.getName().substring(c.getPackageName().length() + 1).split("\\$", 2)[0];
        return c.getPackageName().equals("dev.holdfast.testkit") && outermost.startsWith("Virtual");
    }

    private static DescribedPredicate<JavaClass> areVisibleToUsers() {
        return DescribedPredicate.describe(
                "are visible to users of core, of a room or of the sdk",
                c -> Modules.speaksOnlyOurWords(Modules.of(c))
                        && Modules.isExported(c.getPackageName())
                        && isVisible(c.getModifiers())
                        && Stream.iterate(
                                        c.getEnclosingClass(),
                                        Optional::isPresent,
                                        e -> e.get().getEnclosingClass())
                                .allMatch(e -> isVisible(e.get().getModifiers())));
    }

    private static boolean isVisible(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }

    private static ArchCondition<JavaClass> nameNoThirdPartyType() {
        return new ArchCondition<>("name no third party's type in a public signature") {
            @Override
            public void check(JavaClass item, ConditionEvents events) {
                judge(item, item.getFullName(), typesOf(item), events);
                for (JavaMember member : item.getMembers()) {
                    if (isVisible(member.getModifiers())
                            && !member.getModifiers().contains(JavaModifier.SYNTHETIC)) {
                        judge(member, member.getFullName(), typesOf(member), events);
                    }
                }
            }
        };
    }

    private static void judge(Object subject, String name, Stream<JavaClass> types, ConditionEvents events) {
        types.map(JavaClass::getBaseComponentType)
                .filter(type -> !isOursOrTheJdks(type))
                .map(JavaClass::getName)
                .distinct()
                .forEach(type -> events.add(SimpleConditionEvent.violated(subject, name + " names " + type)));
    }

    private static boolean isOursOrTheJdks(JavaClass type) {
        String name = type.getName();
        return type.isPrimitive()
                || Modules.isOurs(type)
                || Stream.of("java.", "javax.", "org.slf4j.", "org.jspecify.").anyMatch(name::startsWith);
    }

    private static Stream<JavaClass> typesOf(JavaClass item) {
        Stream<JavaType> supertypes = Stream.concat(item.getSuperclass().stream(), item.getInterfaces().stream());
        Stream<JavaType> bounds = item.getTypeParameters().stream().flatMap(p -> p.getUpperBounds().stream());
        return Stream.concat(involved(Stream.concat(supertypes, bounds)), annotationsOn(item.getAnnotations()));
    }

    private static Stream<JavaClass> typesOf(JavaMember member) {
        Set<JavaClass> types = new HashSet<>(member.getAllInvolvedRawTypes());
        if (member instanceof JavaCodeUnit code) {
            types.addAll(code.getExceptionTypes());
        }
        return Stream.concat(types.stream(), annotationsOn(member.getAnnotations()));
    }

    private static Stream<JavaClass> involved(Stream<? extends JavaType> types) {
        return types.flatMap(type -> type.getAllInvolvedRawTypes().stream());
    }

    private static Stream<JavaClass> annotationsOn(Set<? extends JavaAnnotation<?>> annotations) {
        return annotations.stream().map(JavaAnnotation::getRawType);
    }
}

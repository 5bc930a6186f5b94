package dev.holdfast.internal.json;

import dev.holdfast.tool.Describe;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Parameter;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Finds the form of a Java type, once, when a tool is built. Tells every flaw with its path. */
final class FormFinder {
    private static final String SUPPORTED = "supported are records, enums, String, numbers, boolean, BigDecimal,"
            + " java.time, UUID, URI, List, Set, arrays, Map with String keys, and sealed interfaces of records;"
            + " a parameter or component may be Optional";

    private final Flaws flaws;
    private final Deque<Class<?>> within = new ArrayDeque<>();
    private @Nullable Arguments arguments;

    /**
     * What the type parameters of the record stand for that is being looked at.
     *
     * @param types by parameter; those of them that are parameters themselves are the outer record's
     */
    private record Arguments(
            Map<TypeVariable<?>, Type> types, @Nullable Arguments outer) {
        static Arguments of(ParameterizedType type, Class<?> raw, @Nullable Arguments outer) {
            Map<TypeVariable<?>, Type> types = new HashMap<>();
            for (int i = 0; i < raw.getTypeParameters().length; i++) {
                types.put(raw.getTypeParameters()[i], type.getActualTypeArguments()[i]);
            }
            return new Arguments(types, outer);
        }
    }

    FormFinder(Flaws flaws) {
        this.flaws = flaws;
    }

    /** The form of a record that is the whole text. */
    Form record(Class<?> type, String path) {
        if (!type.isRecord()) {
            return flaw(
                    path,
                    type.getName() + " is not a record; give one, of a single component where that is all you want");
        }
        return find(type, path);
    }

    /** The form of an object that has the parameters for properties. */
    Form parameters(List<Parameter> parameters, String path) {
        List<ObjectForm.Property> properties = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < parameters.size(); i++) {
            Parameter parameter = parameters.get(i);
            String name = nameOf(parameter, parameter.isNamePresent() ? parameter.getName() : "");
            if (name.isEmpty()) {
                flaws.add(
                        path + "(" + parameter.getType().getSimpleName() + ")",
                        "has a parameter without a name; compile with -parameters, or name it by"
                                + " @Describe(name = \"…\")");
                continue;
            }
            String place = path + "(" + name + ")";
            if (!names.add(name)) {
                flaws.add(place, "is the name of two parameters; give each its own");
            }
            properties.add(property(name, parameter, parameter.getAnnotatedType(), place));
        }
        return ObjectForm.of(properties, "", null);
    }

    private Form find(Type type, String path) {
        Arguments here = arguments;
        Type argument = here == null || !(type instanceof TypeVariable<?>)
                ? null
                : here.types().get(type);
        if (here != null && argument != null) {
            return findWith(here.outer(), argument, path);
        }
        Class<?> raw = raw(type);
        if (raw == null) {
            return flaw(path, "the type " + type.getTypeName() + " is not settled here; use a concrete type");
        }
        Form scalar = ScalarForm.of(raw);
        if (scalar != null) {
            return scalar;
        }
        if (raw.isEnum()) {
            return Forms.enumeration(raw);
        }
        Type element = Forms.elementType(type, raw);
        if (element != null) {
            return elements(raw, find(element, path + "[]"));
        }
        if (raw == Map.class && type instanceof ParameterizedType generic) {
            return map(generic, path);
        }
        if (raw.isRecord() || (raw.isSealed() && raw.isInterface())) {
            return guarded(type, raw, path);
        }
        return flaw(path, type.getTypeName() + " has no form in JSON; " + SUPPORTED);
    }

    private static Form elements(Class<?> raw, Form element) {
        if (raw.isArray()) {
            return Forms.array(element, raw.getComponentType());
        }
        return raw == Set.class ? Forms.set(element) : Forms.list(element);
    }

    private Form map(ParameterizedType type, String path) {
        if (type.getActualTypeArguments()[0] != String.class) {
            return flaw(path, type.getTypeName() + " has keys that are not strings; JSON has no other");
        }
        return Forms.map(find(type.getActualTypeArguments()[1], path + ".*"));
    }

    /** A record or sealed interface, unless it is within itself: its schema would have no end. */
    private Form guarded(Type type, Class<?> raw, String path) {
        if (within.contains(raw)) {
            return flaw(path, raw.getName() + " contains itself; use an id or a list of fixed depth instead");
        }
        boolean generic = raw.getTypeParameters().length > 0;
        if (generic && !(raw.isRecord() && type instanceof ParameterizedType)) {
            return flaw(
                    path,
                    type.getTypeName()
                            + (raw.isRecord()
                                    ? " is generic; say what it is of, as the type of a component or a parameter can"
                                    : " is a generic interface; declare it without type parameters"));
        }
        Arguments outer = arguments;
        within.push(raw);
        arguments = generic ? Arguments.of((ParameterizedType) type, raw, outer) : null;
        try {
            return raw.isRecord() ? recordForm(raw, path) : variants(raw, path);
        } finally {
            arguments = outer;
            within.pop();
        }
    }

    private Form findWith(@Nullable Arguments of, Type type, String path) {
        Arguments here = arguments;
        arguments = of;
        try {
            return find(type, path);
        } finally {
            arguments = here;
        }
    }

    private Form recordForm(Class<?> type, String path) {
        List<ObjectForm.Property> properties = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String name = nameOf(component, component.getName());
            if (!names.add(name)) {
                flaws.add(path + "." + name, "is the name of two components; give each its own");
            }
            properties.add(property(name, component, component.getAnnotatedType(), path + "." + name));
        }
        MethodHandle maker = maker(type, path);
        return maker == null ? Forms.FLAWED : ObjectForm.of(properties, descriptionOf(type), maker);
    }

    private @Nullable MethodHandle maker(Class<?> type, String path) {
        Class<?>[] components = Arrays.stream(type.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(components);
            constructor.setAccessible(true);
            return MethodHandles.lookup()
                    .unreflectConstructor(constructor)
                    .asFixedArity()
                    .asSpreader(Object[].class, components.length)
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (InaccessibleObjectException e) {
            flaws.add(
                    path,
                    type.getName() + " cannot be created from here; let its module say: opens " + type.getPackageName()
                            + " to dev.holdfast.core;");
        } catch (ReflectiveOperationException e) {
            flaws.add(path, type.getName() + " has no canonical constructor to call: " + e);
        }
        return null;
    }

    private Form variants(Class<?> type, String path) {
        Map<String, ObjectForm> variants = new LinkedHashMap<>();
        for (Class<?> permitted : type.getPermittedSubclasses()) {
            String name = permitted.getSimpleName();
            String place = path + "<" + name + ">";
            if (!permitted.isRecord()) {
                return flaw(place, permitted.getName() + " is not a record; seal the interface to records alone");
            }
            if (find(permitted, place) instanceof ObjectForm form) {
                if (form.has(ObjectForm.DISCRIMINATOR)) {
                    flaws.add(place, "has a component named \"type\", which tells the records apart; rename it");
                }
                if (variants.put(name, form.asVariant(name)) != null) {
                    flaws.add(place, "two records of the sealed interface have this name; rename one");
                }
            }
        }
        return Forms.variants(variants);
    }

    private ObjectForm.Property property(String name, AnnotatedElement element, AnnotatedType annotated, String path) {
        Type type = annotated.getType();
        String description = descriptionOf(element);
        if (type == OptionalInt.class) {
            return optional(name, description, int.class, OptionalInt.empty(), v -> OptionalInt.of((int) v), path);
        }
        if (type == OptionalLong.class) {
            return optional(name, description, long.class, OptionalLong.empty(), v -> OptionalLong.of((long) v), path);
        }
        if (type == OptionalDouble.class) {
            return optional(
                    name, description, double.class, OptionalDouble.empty(), v -> OptionalDouble.of((double) v), path);
        }
        if (raw(type) == Optional.class && type instanceof ParameterizedType generic) {
            Type value = generic.getActualTypeArguments()[0];
            return optional(name, description, value, Optional.empty(), Optional::of, path);
        }
        boolean nullable = isNullable(element) || isNullable(annotated);
        if (nullable && type instanceof Class<?> primitive && primitive.isPrimitive()) {
            flaws.add(path, "is " + type.getTypeName() + ", which cannot be null; use its box, or leave @Nullable out");
        }
        return new ObjectForm.Property(name, description, find(type, path), !nullable, null, value -> value);
    }

    private ObjectForm.Property optional(
            String name, String description, Type type, Object absent, Function<Object, Object> wrap, String path) {
        return new ObjectForm.Property(name, description, find(type, path), false, absent, wrap);
    }

    /** Any annotation of this name counts: JSpecify's, and those that came before it. */
    private static boolean isNullable(AnnotatedElement element) {
        return Arrays.stream(element.getAnnotations())
                .anyMatch(annotation ->
                        annotation.annotationType().getSimpleName().equals("Nullable"));
    }

    static String nameOf(AnnotatedElement element, String otherwise) {
        Describe describe = element.getAnnotation(Describe.class);
        return describe == null || describe.name().isEmpty() ? otherwise : describe.name();
    }

    private static String descriptionOf(AnnotatedElement element) {
        Describe describe = element.getAnnotation(Describe.class);
        return describe == null ? "" : describe.value();
    }

    private static @Nullable Class<?> raw(Type type) {
        if (type instanceof Class<?> plain) {
            return plain;
        }
        if (type instanceof ParameterizedType generic) {
            return (Class<?>) generic.getRawType();
        }
        if (type instanceof GenericArrayType array) {
            Class<?> element = raw(array.getGenericComponentType());
            return element == null ? null : element.arrayType();
        }
        return null;
    }

    private Form flaw(String path, String message) {
        flaws.add(path, message);
        return Forms.FLAWED;
    }
}

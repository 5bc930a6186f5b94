package dev.holdfast.tool;

import dev.holdfast.chat.JsonSchema;
import dev.holdfast.chat.ToolSpec;
import dev.holdfast.context.CallContext;
import dev.holdfast.error.InvalidConfigurationException;
import dev.holdfast.error.Problems;
import dev.holdfast.internal.json.Binder;
import dev.holdfast.internal.json.JsonWriter;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The scan of one object for methods that are tools. */
final class MethodTools {
    private final Object holder;
    private final String subject;
    private final Problems problems = new Problems();
    private final Set<String> names = new HashSet<>();

    private MethodTools(Object holder) {
        this.holder = holder;
        this.subject = holder.getClass().getSimpleName().isEmpty()
                ? holder.getClass().getName()
                : holder.getClass().getSimpleName();
    }

    static List<Tool> of(Object holder) {
        return new MethodTools(holder).build();
    }

    private List<Tool> build() {
        List<Tool> tools = new ArrayList<>();
        List<Method> methods = annotated(holder.getClass());
        if (methods.isEmpty()) {
            problems.add(
                    holder instanceof Class<?> type ? type.getSimpleName() : subject,
                    holder instanceof Class<?>
                            ? "is a class; give an object of it"
                            : "has no method with @ToolMethod; annotate the public methods that a model may call");
        }
        Map<String, Integer> overloads = new HashMap<>();
        methods.forEach(method -> overloads.merge(method.getName(), 1, Integer::sum));
        for (Method method : methods) {
            Tool tool = tool(method, overloads.getOrDefault(method.getName(), 1) > 1);
            if (tool != null) {
                tools.add(tool);
            }
        }
        problems.throwIfAny("the tools of " + holder.getClass().getName());
        tools.sort(Comparator.comparing(tool -> tool.spec().name()));
        return List.copyOf(tools);
    }

    private @Nullable Tool tool(Method method, boolean overloaded) {
        ToolMethod annotation = method.getAnnotation(ToolMethod.class);
        String path = subject + "." + method.getName();
        String name = annotation.name().isEmpty() ? method.getName() : annotation.name();
        Tools.check(name, annotation.value(), path, problems);
        if (!names.add(name)) {
            problems.add(
                    path,
                    overloaded
                            ? "is overloaded, so two tools are called '" + name + "'; give each an own name by"
                                    + " @ToolMethod(name = \"…\")"
                            : "is the second tool called '" + name + "'; give each an own name");
        }
        if (JsonWriter.isPublisher(method.getReturnType())) {
            problems.add(
                    path,
                    "answers a " + method.getReturnType().getName() + ", which would have to be subscribed to; answer"
                            + " with what it publishes, a list of it, or a CompletionStage");
        }
        List<Parameter> given = new ArrayList<>();
        for (Parameter parameter : method.getParameters()) {
            if (!isInjected(parameter)) {
                given.add(parameter);
            }
        }
        Binder<Object[]> binder = Binder.of(given, path, problems::add);
        MethodHandle handle = handle(method, path);
        if (handle == null || !isName(name)) {
            return null;
        }
        ToolSpec spec = new ToolSpec(name, annotation.value(), JsonSchema.of(binder.schema()));
        return new BoundTool<>(spec, binder, new Call(handle, slots(method), method.getReturnType() == void.class));
    }

    private static boolean isName(String name) {
        try {
            new ToolSpec(name, "", JsonSchema.emptyObject());
            return true;
        } catch (InvalidConfigurationException e) {
            return false;
        }
    }

    /** Bound to the holder, as {@code (Object[])Object}; null when it cannot be called. */
    private @Nullable MethodHandle handle(Method method, String path) {
        if (!Modifier.isPublic(method.getModifiers())) {
            problems.add(path, "is not public; make it public");
            return null;
        }
        try {
            method.setAccessible(true); // its class need not be public
            MethodHandle handle = MethodHandles.lookup().unreflect(method).asFixedArity();
            return (Modifier.isStatic(method.getModifiers()) ? handle : handle.bindTo(holder))
                    .asSpreader(Object[].class, method.getParameterCount())
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (InaccessibleObjectException | IllegalAccessException e) {
            problems.add(
                    path,
                    "cannot be called from here; let its module say: opens "
                            + method.getDeclaringClass().getPackageName() + " to dev.holdfast.core;");
            return null;
        }
    }

    private static boolean isInjected(Parameter parameter) {
        return parameter.getType() == ToolUse.class || parameter.getType() == CallContext.class;
    }

    private static List<Slot> slots(Method method) {
        return Arrays.stream(method.getParameterTypes())
                .map(type -> type == ToolUse.class ? Slot.USE : type == CallContext.class ? Slot.CONTEXT : Slot.GIVEN)
                .toList();
    }

    /** Where an argument comes from. */
    private enum Slot {
        GIVEN,
        USE,
        CONTEXT
    }

    private record Call(MethodHandle handle, List<Slot> slots, boolean isVoid) implements Tools.Body<Object[]> {
        @Override
        public @Nullable Object apply(Object[] given, ToolUse use) throws Exception {
            @Nullable Object[] all = new Object[slots.size()];
            int next = 0;
            for (int i = 0; i < all.length; i++) {
                all[i] = switch (slots.get(i)) {
                    case GIVEN -> given[next++];
                    case USE -> use;
                    case CONTEXT -> use.context();
                };
            }
            try {
                Object answer = (Object) handle.invokeExact(all);
                return isVoid ? "done" : answer;
            } catch (Exception | Error e) {
                throw e;
            } catch (Throwable neither) {
                throw new IllegalStateException(neither);
            }
        }
    }

    /**
     * The annotated methods of a class and of everything above it, each as it is declared nearest to the class. An
     * override need not repeat the annotation (proxies do not): calling the one above calls it.
     */
    private static List<Method> annotated(Class<?> type) {
        Map<List<Object>, Method> found = new LinkedHashMap<>();
        for (Class<?> declaring : withAllAbove(type)) {
            for (Method method : declaring.getDeclaredMethods()) {
                if (method.isAnnotationPresent(ToolMethod.class) && !method.isBridge()) {
                    found.putIfAbsent(List.of(method.getName(), List.of(method.getParameterTypes())), method);
                }
            }
        }
        List<Method> methods = new ArrayList<>(found.values());
        methods.sort(Comparator.comparing(Method::getName).thenComparing(Method::toString)); // the JVM has no order
        return methods;
    }

    private static Set<Class<?>> withAllAbove(Class<?> type) {
        Set<Class<?>> all = new LinkedHashSet<>();
        for (Class<?> level = type; level != null; level = level.getSuperclass()) {
            all.add(level);
        }
        for (Class<?> level : List.copyOf(all)) {
            addInterfaces(level, all);
        }
        return all;
    }

    private static void addInterfaces(Class<?> type, Set<Class<?>> all) {
        for (Class<?> above : type.getInterfaces()) {
            if (all.add(above)) {
                addInterfaces(above, all);
            }
        }
    }
}

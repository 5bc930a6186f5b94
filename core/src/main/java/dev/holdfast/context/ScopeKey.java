package dev.holdfast.context;

import java.util.Arrays;
import java.util.List;

/**
 * The identity of one holder of a limit, a budget or a memory, for example the user {@code ann} of the tenant
 * {@code acme}. A value: equal when scope and path are equal.
 */
public final class ScopeKey {
    private final Scope scope;
    private final String[] names;
    private final int hash;

    private ScopeKey(Scope scope, String[] names) {
        this.scope = scope;
        this.names = names;
        this.hash = 31 * scope.hashCode() + Arrays.hashCode(names);
    }

    /**
     * Creates a key.
     *
     * @param scope the kind of holder
     * @param path the names that make it unique, outermost first; any text
     * @return the key
     */
    public static ScopeKey of(Scope scope, String... path) {
        return new ScopeKey(scope, List.of(path).toArray(new String[0]));
    }

    /** A key of names that are there and will not change. */
    static ScopeKey ofNames(Scope scope, String... names) {
        return new ScopeKey(scope, names);
    }

    /** One of the names, outermost first. */
    String name(int index) {
        return names[index];
    }

    /**
     * The kind of holder.
     *
     * @return the scope
     */
    public Scope scope() {
        return scope;
    }

    /**
     * The names that make it unique.
     *
     * @return outermost first, empty for {@link Scope#GLOBAL}
     */
    public List<String> path() {
        return List.of(names);
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof ScopeKey that
                        && hash == that.hash
                        && scope == that.scope
                        && Arrays.equals(names, that.names));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /**
     * A text that is unique for the key, so that it can name it in a store: {@code user:acme/ann}, {@code global}. A slash or a percent
     * sign within a name is escaped.
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(scope.name().toLowerCase(java.util.Locale.ROOT));
        for (int i = 0; i < names.length; i++) {
            text.append(i == 0 ? ':' : '/').append(names[i].replace("%", "%25").replace("/", "%2F"));
        }
        return text.toString();
    }
}

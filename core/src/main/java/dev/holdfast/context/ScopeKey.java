package dev.holdfast.context;

import java.util.List;

/**
 * The identity of one holder of a limit, a budget or a memory, for example the user {@code ann} of the tenant
 * {@code acme}. A value: equal when scope and path are equal.
 */
public final class ScopeKey {
    private final Scope scope;
    private final List<String> path;
    private final int hash;

    private ScopeKey(Scope scope, List<String> path) {
        this.scope = scope;
        this.path = path;
        this.hash = 31 * scope.hashCode() + path.hashCode();
    }

    /**
     * Creates a key.
     *
     * @param scope the kind of holder
     * @param path the names that make it unique, outermost first; any text
     * @return the key
     */
    public static ScopeKey of(Scope scope, String... path) {
        return new ScopeKey(scope, List.of(path));
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
        return path;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof ScopeKey that
                        && hash == that.hash
                        && scope == that.scope
                        && path.equals(that.path));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /**
     * A text that is unique for the key, so that it can name it in a store: {@code user:acme/ann}. A slash or a percent
     * sign within a name is escaped.
     */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(scope.name().toLowerCase(java.util.Locale.ROOT)).append(':');
        for (int i = 0; i < path.size(); i++) {
            if (i > 0) {
                text.append('/');
            }
            text.append(path.get(i).replace("%", "%25").replace("/", "%2F"));
        }
        return text.toString();
    }
}

package dev.holdfast.context;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf a call is made. Immutable; the {@code with} style methods return a changed copy.
 *
 * <pre>{@code
 * Caller ann = Caller.of("acme", "ann").session("s-1");
 * }</pre>
 *
 * <p>There is no default session: a conversation that was not named belongs to nobody and is not remembered.
 */
public final class Caller {
    private static final String SINGLE_TENANT = "default";
    private static final ScopeKey EVERYBODY = ScopeKey.of(Scope.GLOBAL);
    private static final int SCOPES = Scope.values().length;

    private final String tenant;
    private final String user;
    private final @Nullable String team;
    private final @Nullable String session;
    private final @Nullable String task;

    /** The keys that were asked for, by the scope's ordinal; whoever races makes an equal one. */
    private @Nullable ScopeKey @Nullable [] keys;

    private Caller(String tenant, String user, @Nullable String team, @Nullable String session, @Nullable String task) {
        this.tenant = tenant;
        this.user = user;
        this.team = team;
        this.session = session;
        this.task = task;
    }

    /**
     * A user of a tenant.
     *
     * @param tenant the tenant's id; not blank
     * @param user the user's id, unique within the tenant; not blank
     * @return the caller
     */
    public static Caller of(String tenant, String user) {
        return new Caller(named("tenant", tenant), named("user", user), null, null, null);
    }

    /**
     * A user of an application that serves one tenant only.
     *
     * @param user the user's id; not blank
     * @return the caller, with the tenant {@code default}
     */
    public static Caller of(String user) {
        return of(SINGLE_TENANT, user);
    }

    /**
     * The same caller in a conversation.
     *
     * @param id the session's id, unique for the user; not blank
     * @return a copy
     */
    public Caller session(String id) {
        return new Caller(tenant, user, team, named("session", id), task);
    }

    /**
     * The same caller as a member of a team.
     *
     * @param id the team's id, unique within the tenant; not blank
     * @return a copy
     */
    public Caller team(String id) {
        return new Caller(tenant, user, named("team", id), session, task);
    }

    /**
     * The same caller on a task.
     *
     * @param id the task's id, unique for the user; not blank
     * @return a copy
     */
    public Caller task(String id) {
        return new Caller(tenant, user, team, session, named("task", id));
    }

    /**
     * The tenant.
     *
     * @return its id
     */
    public String tenant() {
        return tenant;
    }

    /**
     * The user.
     *
     * @return the id within the tenant
     */
    public String user() {
        return user;
    }

    /**
     * The team.
     *
     * @return the id within the tenant, if one was named
     */
    public Optional<String> team() {
        return Optional.ofNullable(team);
    }

    /**
     * The conversation.
     *
     * @return the id for this user, if one was named
     */
    public Optional<String> session() {
        return Optional.ofNullable(session);
    }

    /**
     * The task.
     *
     * @return the id for this user, if one was named
     */
    public Optional<String> task() {
        return Optional.ofNullable(task);
    }

    /** The key of a scope in a call by an agent; made once, because every layer below asks for it. */
    @SuppressWarnings("EnumOrdinal") // indexes an array that never leaves the process
    @Nullable
    ScopeKey key(Scope scope, String agent) {
        @Nullable ScopeKey[] known = keys;
        if (known == null) {
            known = new ScopeKey[SCOPES];
            keys = known;
        }
        ScopeKey key = known[scope.ordinal()];
        if (key == null || (scope == Scope.AGENT && !key.name(1).equals(agent))) {
            key = newKey(scope, agent);
            known[scope.ordinal()] = key;
        }
        return key;
    }

    private @Nullable ScopeKey newKey(Scope scope, String agent) {
        return switch (scope) {
            case TENANT -> ScopeKey.ofNames(scope, tenant);
            case USER -> ScopeKey.ofNames(scope, tenant, user);
            case TEAM -> team == null ? null : ScopeKey.ofNames(scope, tenant, team);
            case SESSION -> session == null ? null : ScopeKey.ofNames(scope, tenant, user, session);
            case TASK -> task == null ? null : ScopeKey.ofNames(scope, tenant, user, task);
            case AGENT -> agent.isEmpty() ? null : ScopeKey.ofNames(scope, tenant, agent);
            case GLOBAL -> EVERYBODY;
        };
    }

    private static String named(String field, String id) {
        Objects.requireNonNull(id, field);
        if (id.isBlank()) {
            throw new IllegalArgumentException("caller." + field + " is blank; name the " + field
                    + (field.equals("user") ? "" : ", or leave it out where there is none"));
        }
        return id;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Caller that
                && tenant.equals(that.tenant)
                && user.equals(that.user)
                && Objects.equals(team, that.team)
                && Objects.equals(session, that.session)
                && Objects.equals(task, that.task);
    }

    @Override
    public int hashCode() {
        return Objects.hash(tenant, user, team, session, task);
    }

    @Override
    public String toString() {
        return tenant + "/" + user + (session == null ? "" : "/" + session);
    }
}

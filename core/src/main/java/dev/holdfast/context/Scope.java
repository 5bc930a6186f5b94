package dev.holdfast.context;

/**
 * Whose limit, budget or memory it is.
 *
 * <p>The key of a scope is made by {@link CallContext#key(Scope)} and holds every level that makes it unique: two
 * tenants' users of the same name are different users.
 */
public enum Scope {
    /** Everybody together. */
    GLOBAL,
    /** A customer, a department: the wall that nothing crosses. */
    TENANT,
    /** A group of users within a tenant. */
    TEAM,
    /** A person or a service within a tenant. */
    USER,
    /** An agent within a tenant. */
    AGENT,
    /** One conversation of a user. */
    SESSION,
    /** One piece of work of a user, which may span sessions and agents. */
    TASK
}

package dev.holdfast.testkit;

/** What the conformance kits need beside the testkit, which brings no test framework along. */
final class Kits {
    private Kits() {}

    /** Says once, and in words, what each law would say on its own by a {@link NoClassDefFoundError}. */
    static void needAssertJ() {
        need("org.assertj.core.api.Assertions", "AssertJ (org.assertj:assertj-core)");
    }

    static void need(String type, String artifact) {
        try {
            Class.forName(type, false, Kits.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "the conformance kits need " + artifact + "; add it to the dependencies of the tests", e);
        }
    }
}
